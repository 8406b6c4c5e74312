import * as z from 'zod';
import { commonKeys } from './shared-keys.ts';

export const kubernetesCheck = z
  .strictObject({
    ...commonKeys,
    workloads: z
      .array(z.string().min(1))
      .optional()
      .describe('kind/name of the workloads that count; default: all of the release'),
    warnings: z
      .enum(['fail', 'report', 'ignore'])
      .default('fail')
      .describe('What new events of type Warning about them and their pods are'),
    'ignore-reasons': z
      .array(z.string().min(1))
      .default([])
      .describe('Reasons of events that do not count'),
  })
  .describe('The workloads are available, and no new warnings are about them');
