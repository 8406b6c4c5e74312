import { UserError } from '../errors.ts';
import { writeOutputs } from './outputs.ts';

/**
 * For `.catch` around everything that comes before the first change: says in the outputs that nothing
 * was begun, and throws `error` on, which says what is wrong.
 */
export function badInput(error: unknown): never {
  if (error instanceof UserError) writeOutputs({ 'failure-reason': 'BadInput' });
  throw error;
}
