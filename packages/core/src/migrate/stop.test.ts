import { describe, expect, test } from '@jest/globals';
import { UserError } from '../errors.ts';
import type { Direction } from './plan.ts';
import type { CompletedStep, StoppedStep, StopReason } from './runner.ts';
import { stopError as stopErrorIn } from './stop.ts';

const stopError = (one: StoppedStep, completed: readonly CompletedStep[]) =>
  stopErrorIn(one, completed, 'changelog');

function nowhere(): Error {
  const error = new Error('boom');
  error.stack = 'Error: boom';
  return error;
}

const stopped = (reason: StopReason, direction: Direction = 'up', error: unknown = nowhere()) => ({
  step: {
    file: { name: 'b.js', path: 'migrations/b.js', text: '' },
    direction,
    transaction: false,
    run: async () => {},
  },
  reason,
  error,
  milliseconds: 5,
});
const done = (...names: readonly string[]) => names.map((name) => ({ name, milliseconds: 1 }));

function thrownIn(file: string): Error {
  const error = new Error('boom');
  error.stack = `Error: boom\n    at Collection.insertOne (/bundle/index.js:1:2)\n    at async Object.up (${process.cwd()}/${file}:3:9)\n    at async run (/bundle/index.js:5:6)`;
  return error;
}

describe('the error of a run that stopped', () => {
  test('names the migration, the cause and its place, what stays applied, and what to do', () => {
    const error = stopError(stopped('threw', 'up', thrownIn('migrations/b.js')), done('a.js'));
    expect(error.message).toContain('The migration b.js failed: boom (migrations/b.js:3:9).');
    expect(error.message).toContain('Applied before it, and staying so: a.js.');
    expect(error.message).toContain('Nothing after it was run.');
    expect(error.position).toEqual({ file: 'migrations/b.js', line: 3, column: 9 });
  });

  test('takes the place from the cause when the error itself has none', () => {
    const outer = new Error('wrapped', { cause: thrownIn('migrations/b.js') });
    outer.stack = 'Error: wrapped\n    at x (/bundle/index.js:1:1)';
    expect(stopError(stopped('threw', 'up', outer), []).position?.line).toBe(3);
  });

  test('takes the line of the migration that called a helper, rather than the helper', () => {
    const error = thrownIn('lib/fill.js');
    error.stack += `\n    at async Object.up (file://${process.cwd()}/migrations/b.js:7:2)`;
    expect(stopError(stopped('threw', 'up', error), []).position).toEqual({
      file: 'migrations/b.js',
      line: 7,
      column: 2,
    });
  });

  test('takes the place in a helper of the repository, but not one in a package', () => {
    expect(stopError(stopped('threw', 'up', thrownIn('lib/fill.js')), []).position).toEqual({
      file: 'lib/fill.js',
      line: 3,
      column: 9,
    });
    expect(stopError(stopped('threw', 'up', thrownIn('node_modules/x/y.js')), []).position).toEqual(
      { file: 'migrations/b.js' },
    );
  });

  test('copes with something thrown that is no error', () => {
    expect(stopError(stopped('threw', 'up', 'just text'), []).message).toContain(
      'failed: just text.',
    );
  });

  test.each<[StopReason, Direction, string]>([
    [
      'threw',
      'down',
      'Reverting b.js failed: boom. What its down did until then stays. It stays recorded as applied.',
    ],
    [
      'unrecorded',
      'up',
      'The next run stops at it: command repair with migration b.js and as: applied',
    ],
    ['unrecorded', 'down', 'its row in "changelog" could not be deleted: boom'],
    ['interrupted', 'up', 'cancelled while b.js was running, and it had not ended 5 s later'],
    ['interrupted', 'down', 'the changelog says that it is applied'],
    [
      'cancelled',
      'up',
      'The run was cancelled before b.js was begun. Nothing was applied before it',
    ],
    ['unbegun', 'up', 'b.js was not begun: boom. Nothing was applied before it'],
  ])('%s in %s says so', (reason, direction, says) => {
    expect(stopError(stopped(reason, direction), []).message).toContain(says);
  });

  test('of a transaction says that nothing of it stays', () => {
    const one = stopped('threw');
    const error = stopError({ ...one, step: { ...one.step, transaction: true } }, []);
    expect(error.message).toContain('failed: boom. Its transaction was taken back');
  });

  test('a lease that was lost is told from a cancellation', () => {
    const lost = new UserError('The lease was lost.', { failureReason: 'LeaseLost' });
    expect(stopError(stopped('interrupted', 'up', lost), []).message).toMatch(
      /^The lease was lost, while b\.js was running\./,
    );
  });

  test('a long list of what was done is cut, and the cut is said', () => {
    const names = Array.from({ length: 8 }, (_, index) => `m${index}.js`);
    expect(stopError(stopped('cancelled'), done(...names)).message).toContain(
      'm3.js, m4.js, m5.js, m6.js, m7.js and 3 before them',
    );
  });
});
