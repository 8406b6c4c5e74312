import { describe, expect, test } from '@jest/globals';
import { UserError } from '../../errors.ts';
import { failedBefore, type MigrateResult } from '../result.ts';
import { resultOfRemote } from './remote-outcome.ts';

const told: MigrateResult = {
  ...failedBefore(new UserError('Interrupted.')),
  appliedCount: 2,
  current: 'b.mjs',
  failure: { kind: 'locked', message: 'Interrupted.', position: undefined },
};

describe('what is said of migrations that ran somewhere else', () => {
  test('is what the runner told, where nothing failed', () => {
    const result: MigrateResult = { ...told, status: 'applied', failure: undefined };
    expect(resultOfRemote({ result, exitCode: 0, failure: undefined }, 'up')).toBe(result);
  });

  test('is the reason that the way there gives, and else what the runner told', () => {
    const position = { file: 'migrations/b.mjs', line: 4 };
    const failure = new UserError('The pod was ended. Interrupted.', { position });
    expect(resultOfRemote({ result: told, exitCode: 143, failure }, 'up')).toMatchObject({
      status: 'failed',
      appliedCount: 2,
      failure: { kind: 'locked', message: 'The pod was ended. Interrupted.', position },
    });
  });

  test('is a failure of its command where the runner told nothing', () => {
    const failure = new UserError('No image.');
    expect(
      resultOfRemote({ result: undefined, exitCode: undefined, failure }, 'down'),
    ).toMatchObject({ command: 'down', status: 'failed', failure: { message: 'No image.' } });
  });

  test('is no failure where the runner ended well and its result was lost', () => {
    const lost = { result: undefined, exitCode: 0, failure: undefined };
    expect(resultOfRemote(lost, 'up')).toMatchObject({
      status: 'changed',
      appliedCount: undefined,
      failure: undefined,
    });
    expect(resultOfRemote(lost, 'repair').status).toBe('changed');
  });
});
