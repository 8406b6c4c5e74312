import { errorMessage, UserError } from '../errors.ts';

/**
 * The regular expression that `source` is, with `^` and `$` at the ends of each line.
 * @throws UserError, in which `what` is the subject, where it is none
 */
export function regularExpression(source: string, what: string): RegExp {
  try {
    return new RegExp(source, 'm');
  } catch (error) {
    throw new UserError(`${what} is not a regular expression: ${errorMessage(error)}.`, {
      cause: error,
    });
  }
}
