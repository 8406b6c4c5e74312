import * as z from 'zod';
import { timeoutSchema } from '../duration-schema.ts';
import { commonKeys, requestHeadersSchema } from './common.ts';

export const rulesCheck = z
  .strictObject({
    ...commonKeys,
    file: z
      .string()
      .min(1)
      .optional()
      .describe('Rule file of Prometheus in the repository; default: the rules of the server'),
    alerts: z
      .array(z.string().min(1))
      .optional()
      .describe('Names of the alerts that are evaluated; default: all'),
    labels: z
      .record(z.string(), z.string())
      .default({})
      .describe('Labels that every selector of the expressions gets, such as a namespace'),
    url: z.string().min(1).optional().describe('Address of Prometheus; default: verify.prometheus'),
    headers: requestHeadersSchema,
    timeout: timeoutSchema.prefault('10s').describe('Of one query'),
  })
  .describe('No alerting rule is true, whether its alert fires yet or not');
