import { isAbsolute, relative, resolve } from 'node:path';
import { formatPosition, UserError } from '@paal/core/errors';

/** Whether a file is one of the repository: GitHub shows annotations on these alone. */
export function isInWorkspace(file: string, workspace: string): boolean {
  const path = relative(workspace, resolve(workspace, file));
  return !isAbsolute(path) && path.split(/[/\\]/)[0] !== '..';
}

/**
 * The error of a step, with a place for its annotation only where GitHub can show one; its message names
 * a place that is elsewhere, such as a line that a step before has rendered.
 */
export function placed(error: UserError, workspace: string): UserError {
  const { message, position } = error;
  if (!position || isInWorkspace(position.file, workspace)) return error;
  const place = formatPosition(position);
  const named = message.includes(place) ? message : `${message} See ${place}.`;
  return new UserError(named, { cause: error });
}
