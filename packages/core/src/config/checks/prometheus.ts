import * as z from 'zod';
import { timeoutSchema } from '../duration-schema.ts';
import { commonKeys, requestHeadersSchema } from './shared-keys.ts';

const amount = z.number().min(0);
const percentage = z
  .string()
  .regex(/^\d+(?:\.\d+)?%$/, 'must be a percentage such as "20%", or a number without quotes');

const change = z.union([
  percentage,
  amount,
  z.tuple([percentage, amount]),
  z.tuple([amount, percentage]),
]);

export const prometheusCheck = z
  .strictObject({
    ...commonKeys,
    url: z
      .string()
      .min(1)
      .optional()
      .describe('Address of the Prometheus server; default: verify.prometheus'),
    headers: requestHeadersSchema,
    query: z
      .string()
      .min(1)
      .describe(
        'PromQL that gives one number; {{…}} are replaced, {{pods}} by a regex of the new pods, {{window}} by the time since the verification began',
      ),
    max: z.number().optional().describe('Fails above this value'),
    min: z.number().optional().describe('Fails below this value'),
    'no-data': z
      .enum(['fail', 'pass', 'inconclusive'])
      .default('inconclusive')
      .describe('What an empty result or NaN means'),
    series: z
      .enum(['one', 'all', 'any'])
      .default('one')
      .describe(
        'one: several series are an error; all: each must be good; any: one of them is enough',
      ),
    range: timeoutSchema
      .optional()
      .describe('Judges the values of this long, up to now, instead of the present one'),
    step: timeoutSchema
      .optional()
      .describe('Time between two values of the range; default: a sixtieth of it, 15s at least'),
    reduce: z
      .enum(['worst', 'avg', 'last'])
      .optional()
      .describe('Which value of the range is judged; default: worst'),
    'min-requests': z
      .int()
      .min(1)
      .optional()
      .describe('With fewer requests than this the answer says nothing'),
    requests: z
      .string()
      .min(1)
      .optional()
      .describe(
        'PromQL that counts the requests; default: the divisor of the query, where that is a sum of rates',
      ),
    baseline: z
      .enum(['before', 'verified'])
      .optional()
      .describe(
        'Compares with what was before the release (phase: before, or else asked for that time), or with the last verified releases',
      ),
    'max-increase': change
      .optional()
      .describe(
        'Fails when the value is so much above the baseline: "20%", a number, or a list of both, which must both be exceeded',
      ),
    'max-decrease': change
      .optional()
      .describe('Fails when the value is so much below the baseline; as max-increase'),
    sensors: z
      .enum(['auto', 'required', 'ignored'])
      .default('auto')
      .describe(
        'Whether a good value counts only while Prometheus scrapes every new pod; auto: where the query has {{pods}}',
      ),
    timeout: timeoutSchema.prefault('10s').describe('Of one query'),
  })
  .refine(
    (check) => check.max !== undefined || check.min !== undefined || check.baseline !== undefined,
    { message: 'needs a threshold: max, min or both; or a baseline with max-increase' },
  )
  .refine(({ min = -Infinity, max = Infinity }) => min <= max, {
    message: 'min is above max, so no value would be good',
  })
  .refine(
    (check) =>
      (check.baseline !== undefined) ===
      (check['max-increase'] !== undefined || check['max-decrease'] !== undefined),
    { message: 'baseline goes with max-increase, max-decrease or both, and they go with it' },
  )
  .refine(
    ({ range, step, reduce }) =>
      range !== undefined || (step === undefined && reduce === undefined),
    { message: 'step and reduce are about the values of a range: set range, or leave them out' },
  )
  .refine((check) => check.requests === undefined || check['min-requests'] !== undefined, {
    message: 'requests is what min-requests counts: set min-requests, or leave it out',
    path: ['requests'],
  })
  .describe('A PromQL query stays within a threshold');
