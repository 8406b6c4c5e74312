import * as z from 'zod';
import { timeoutSchema } from '../duration-schema.ts';
import { commonKeys, requestHeadersSchema } from './shared-keys.ts';

const LABEL = /^[A-Za-z_][A-Za-z0-9_]*$/;

export const rulesCheck = z
  .strictObject({
    ...commonKeys,
    'failure-limit': z
      .int()
      .min(0)
      .default(2)
      .describe('So many measurements in a row may find a rule true'),
    file: z
      .string()
      .min(1)
      .optional()
      .describe('Rule file of Prometheus in the repository; default: the rules of the server'),
    alerts: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('Names of the alerts that are evaluated; default: all'),
    labels: z
      .record(z.string().regex(LABEL, 'must be the name of a label, such as namespace'), z.string())
      .default({})
      .describe('Labels that every selector of the expressions gets, such as a namespace'),
    'ignore-existing': z
      .boolean()
      .default(true)
      .describe('Whether what was true before the release does not count'),
    url: z.string().min(1).optional().describe('Address of Prometheus; default: verify.prometheus'),
    headers: requestHeadersSchema,
    timeout: timeoutSchema.prefault('10s').describe('Of one query'),
  })
  .describe('No alerting rule is true, whether its alert fires yet or not');
