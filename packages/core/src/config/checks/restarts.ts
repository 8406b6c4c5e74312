import * as z from 'zod';
import { commonKeys } from './shared-keys.ts';

export const restartsCheck = z
  .strictObject({
    ...commonKeys,
    max: z.int().min(0).default(0).describe('So many restarts of each container are tolerated'),
    since: z
      .enum(['verification', 'start'])
      .default('verification')
      .describe(
        'Which count: those since the first measurement, or also those before it, since the pod started',
      ),
    workloads: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('kind/name of the workloads whose pods count; default: all of the release'),
  })
  .describe('No container of the new pods restarts');
