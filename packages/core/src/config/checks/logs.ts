import * as z from 'zod';
import { timeoutSchema } from '../duration-schema.ts';
import { commonKeys, requestHeadersSchema } from './shared-keys.ts';

export const logsCheck = z
  .strictObject({
    ...commonKeys,
    level: z
      .enum(['warn', 'error', 'fatal'])
      .default('error')
      .describe('Lines of this level and worse count'),
    max: z.int().min(0).default(0).describe('So many of them are tolerated'),
    ignore: z
      .array(z.string().min(1))
      .default([])
      .describe('Regular expressions of lines that do not count'),
    'require-lines': z
      .boolean()
      .default(true)
      .describe('Whether each new pod must have logged something before its silence is good'),
    baseline: z
      .enum(['none', 'before'])
      .default('none')
      .describe('before: only lines count whose like was not there before the release'),
    workloads: z
      .array(z.string().min(1))
      .optional()
      .describe('kind/name of the workloads whose pods count; default: all of the release'),
    elasticsearch: z
      .strictObject({
        url: z
          .string()
          .min(1)
          .optional()
          .describe('Address, with its path prefix; default: verify.elasticsearch'),
        index: z
          .string()
          .min(1)
          .default('logstash-*')
          .describe('Index, alias, data stream or pattern, several separated by commas'),
        headers: requestHeadersSchema,
        'level-field': z.string().min(1).default('level').describe('Where the level is'),
        'message-field': z.string().min(1).default('message').describe('Where the text is'),
        'time-field': z.string().min(1).default('@timestamp').describe('When a line was said'),
        'namespace-field': z
          .string()
          .min(1)
          .default('kubernetes.namespace_name')
          .describe('Namespace of who said it'),
        'pod-field': z.string().min(1).default('kubernetes.pod_name').describe('Pod that said it'),
        lag: timeoutSchema
          .prefault('30s')
          .describe('How long a line may take until it can be found'),
      })
      .optional()
      .describe('Where the logs are asked for; default: the pods themselves'),
    timeout: timeoutSchema.prefault('10s').describe('Of one request'),
  })
  .describe('The new pods log no errors');
