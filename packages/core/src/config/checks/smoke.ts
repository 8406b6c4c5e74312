import * as z from 'zod';
import { timeoutSchema } from '../duration-schema.ts';
import { commonKeys } from './shared-keys.ts';

export const smokeCheck = z
  .strictObject({
    ...commonKeys,
    run: z.string().min(1).describe('Command, run by bash as a step of a workflow is'),
    'working-directory': z
      .string()
      .min(1)
      .optional()
      .describe('Folder, from the workspace on; default: the workspace'),
    env: z.record(z.string(), z.string()).default({}).describe('Environment variables'),
    timeout: timeoutSchema.prefault('5m').describe('Of one run'),
  })
  // It is run once, unless the check says how often.
  .transform((check) => {
    const once = check.successes === undefined && check.interval === undefined;
    return once ? { ...check, successes: 1 } : check;
  })
  .describe('A command of yours ends well; exit code 99 of k6 is understood');
