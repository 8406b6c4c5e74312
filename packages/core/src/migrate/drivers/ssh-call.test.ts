import { describe, expect, test } from '@jest/globals';
import { DEFAULT_REQUEST } from '../request.ts';
import { runnerVariables, scriptCall } from './ssh-call.ts';
import { shellCommand } from './ssh-quote.ts';

describe('the call of the scripts', () => {
  const request = {
    ...DEFAULT_REQUEST,
    environment: 'production',
    runner: {
      run: 'https://github.com/o/r/actions/runs/1',
      actor: 'octocat',
      sha: 'abc',
      host: '',
    },
  };

  test.each<[string, object, string]>([
    ['up is as in the process', {}, './run-migrations.sh --env=production'],
    [
      'a rollback, too',
      { command: 'down', limit: 'previous' },
      './rollback-migration.sh --env=production --version=previous',
    ],
    [
      'a rollback without a version is one migration',
      { command: 'down' },
      './rollback-migration.sh --env=production --count=1',
    ],
    [
      'options that differ from their defaults follow',
      { limit: { to: 'x.js' }, dryRun: true, lockWait: 5_000, directory: 'db/migrations' },
      './run-migrations.sh --env=production --version=x.js --dry-run --lock-wait=5000ms',
    ],
    [
      'other commands are options',
      { command: 'status' },
      './run-migrations.sh --env=production --status',
    ],
  ])('%s', (_, over, line) => {
    expect(shellCommand(scriptCall({ ...request, ...over }))).toBe(line);
  });

  test('who runs it is in the environment', () => {
    expect(runnerVariables(request)).toEqual([
      'PAAL_RUN=https://github.com/o/r/actions/runs/1',
      'PAAL_ACTOR=octocat',
      'PAAL_SHA=abc',
    ]);
  });

  test('without an environment it is refused', () => {
    expect(() => scriptCall(DEFAULT_REQUEST)).toThrow('give the input "environment"');
  });
});
