import * as z from 'zod';
import { timeoutSchema } from '../duration-schema.ts';
import { commonKeys, requestHeadersSchema } from './common.ts';

export const prometheusCheck = z
  .strictObject({
    ...commonKeys,
    url: z
      .string()
      .min(1)
      .optional()
      .describe('Address of the Prometheus server; default: verify.prometheus'),
    headers: requestHeadersSchema,
    query: z.string().min(1).describe('PromQL that gives one number; {{…}} are replaced'),
    max: z.number().optional().describe('Fails above this value'),
    min: z.number().optional().describe('Fails below this value'),
    'no-data': z
      .enum(['fail', 'pass', 'inconclusive'])
      .default('inconclusive')
      .describe('What an empty result or NaN means'),
    timeout: timeoutSchema.prefault('10s').describe('Of one query'),
  })
  .refine((check) => check.max !== undefined || check.min !== undefined, {
    message: 'needs a threshold: max, min or both',
  })
  .refine(({ min = -Infinity, max = Infinity }) => min <= max, {
    message: 'min is above max, so no value would be good',
  })
  .describe('A PromQL query stays within a threshold');
