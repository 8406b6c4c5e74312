import * as z from 'zod';
import { timeoutSchema } from '../duration-schema.ts';
import { commonKeys, requestHeadersSchema } from './shared-keys.ts';

export const alertsCheck = z
  .strictObject({
    ...commonKeys,
    source: z
      .enum(['alertmanager', 'prometheus'])
      .optional()
      .describe('Who is asked; default: Alertmanager where its address is known, else Prometheus'),
    url: z
      .string()
      .min(1)
      .optional()
      .describe('Address of the server; default: verify.alertmanager or verify.prometheus'),
    headers: requestHeadersSchema,
    matchers: z
      .array(z.string().min(1))
      .default([])
      .describe('Which alerts count, such as namespace="{{namespace}}"; default: all'),
    'ignore-existing': z
      .boolean()
      .default(true)
      .describe('Whether only alerts count that began after the release'),
    pending: z
      .enum(['inconclusive', 'fail', 'ignore'])
      .default('inconclusive')
      .describe('What an alert means that does not fire yet (Prometheus only)'),
    silenced: z
      .enum(['own', 'all', 'none'])
      .default('own')
      .describe("Which silenced alerts count all the same; own: those that PAAL's silences hide"),
    watchdog: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Name of an alert that always fires; without it nothing is known, which is an error',
      ),
    timeout: timeoutSchema.prefault('10s').describe('Of one request'),
  })
  .describe('No alert fires that began after the release');
