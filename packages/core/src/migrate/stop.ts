import { resolve } from 'node:path';
import { formatDuration } from '../config/duration.ts';
import { errorMessage, formatPosition, UserError } from '../errors.ts';
import { CANCEL_PATIENCE, type CompletedStep, type StoppedStep } from './runner.ts';
import { thrownAt } from './source-position.ts';

const MOST_NAMES = 5;

/** The names, or the last few of them and how many there are more. */
function list(names: readonly string[]): string {
  const rest = names.length - MOST_NAMES;
  return rest > 0
    ? `${names.slice(-MOST_NAMES).join(', ')} and ${rest} before them`
    : names.join(', ');
}

function doneBefore(completed: readonly CompletedStep[], verb: string): string {
  if (completed.length === 0) return `Nothing was ${verb} before it, and nothing after it was run.`;
  return (
    `${verb === 'applied' ? 'Applied' : 'Reverted'} before it, and staying so: ` +
    `${list(completed.map(({ name }) => name))}. Nothing after it was run.`
  );
}

/** A lease that was lost says so itself; a cancellation does not. */
function leaseLost(error: unknown): string | undefined {
  return error instanceof UserError && error.failureReason === 'LeaseLost'
    ? error.message.replace(/\.$/, '')
    : undefined;
}

function cutOff({ step, error }: StoppedStep): string {
  const { name } = step.file;
  const lost = leaseLost(error);
  if (lost !== undefined) return `${lost}, while ${name} was running.`;
  return (
    `The run was cancelled while ${name} was running, and it had not ended ` +
    `${formatDuration(CANCEL_PATIENCE)} later.`
  );
}

function describe(
  stopped: StoppedStep,
  position: string,
  before: string,
  changelog: string,
): string {
  const { step, reason, error } = stopped;
  const { name } = step.file;
  const up = step.direction === 'up';
  const message = errorMessage(error).replace(/\.$/, '');
  const what = step.transaction
    ? 'Its transaction was taken back, so that nothing of it stays.'
    : `What ${up ? 'it wrote' : 'its down did'} until then stays.`;
  switch (reason) {
    case 'threw':
      return up
        ? `The migration ${name} failed: ${message}${position}. ${what} ` +
            `${before} Mend it and run this again: it is the next to be applied.`
        : `Reverting ${name} failed: ${message}${position}. ${what} It stays recorded as applied. ` +
            `${before} Mend its down and run this again.`;
    case 'unrecorded':
      return up
        ? `The migration ${name} ran, but could not be recorded in "${changelog}": ${message}. ` +
            `${before} The next run stops at it: command repair with migration ${name} and as: applied ` +
            'records it.'
        : `${name} was reverted, but its row in "${changelog}" could not be deleted: ${message}. ` +
            `${before} It still counts as applied: command repair with migration ${name} and ` +
            'as: pending removes the row.';
    case 'interrupted':
      return (
        `${cutOff(stopped)} How much of it was done is unknown, and the changelog says that it is ` +
        `${up ? 'not applied' : 'applied'}: look at the database, then run this again with ` +
        `on-interrupted: resume or retry, or settle it with command repair. ${before}`
      );
    case 'cancelled':
      return `${leaseLost(error) ?? 'The run was cancelled'} before ${name} was begun. ${before}`;
    case 'unbegun':
      return `${name} was not begun: ${message.replace(/\.$/, '')}. ${before}`;
  }
}

/** The error of a step that stopped its run: what failed, what stands, and what to do. */
export function stopError(
  stopped: StoppedStep,
  completed: readonly CompletedStep[],
  changelog: string,
): UserError {
  const { file, direction } = stopped.step;
  const place =
    stopped.reason === 'threw' ? thrownAt(stopped.error, resolve(file.path)) : undefined;
  const text = place ? ` (${formatPosition(place)})` : '';
  const before = doneBefore(completed, direction === 'up' ? 'applied' : 'reverted');
  return new UserError(describe(stopped, text, before, changelog), {
    cause: stopped.error,
    failureReason: 'Failed',
    position: place ?? { file: file.path },
  });
}
