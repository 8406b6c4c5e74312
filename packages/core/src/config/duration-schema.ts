import * as z from 'zod';
import { UserError } from '../errors.ts';
import { parseDuration } from './duration.ts';

function read(text: string, context: z.core.$RefinementCtx<string>): number {
  try {
    return parseDuration(text, 'value');
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    context.addIssue({ code: 'custom', message: error.message.replace(/^value: /, '') });
    return z.NEVER;
  }
}

/** A duration as it is written in paal.yaml, `30s`, `5m`, `1h`; milliseconds once it is read. */
export const durationSchema = z.string().transform(read).describe('A duration: 30s, 5m, 1h');

/** As {@link durationSchema}, and more than 0. */
export const timeoutSchema = durationSchema.refine((value) => value > 0, {
  message: 'must be more than 0',
});

/** As {@link durationSchema}, or `auto`: as long as is needed. */
export const autoDurationSchema = z
  .string()
  .transform((text, context) => (text === 'auto' ? text : read(text, context)))
  .describe('A duration: 30s, 5m, 1h; or auto, as long as alert rules need to fire');
