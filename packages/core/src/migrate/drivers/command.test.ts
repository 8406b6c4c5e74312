import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { systemClock } from '../../clock.ts';
import { resultLine } from '../remote-result.ts';
import { DEFAULT_REQUEST, runnerArguments } from '../request.ts';
import type { MigrateResult } from '../result.ts';
import { requestVariables, runCommand } from './command.ts';

let workspace: string;
beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'paal-command-'));
});
afterAll(async () => await rm(workspace, { recursive: true }));

const RESULT: MigrateResult = {
  command: 'up',
  status: 'applied',
  appliedCount: 2,
  pendingCount: 0,
  current: 'b.js',
  previous: undefined,
  migrations: [],
  preview: undefined,
  failure: undefined,
};

function run(script: string, over: { uri?: string; request?: object } = {}) {
  const cancel = new AbortController();
  const log: string[] = [];
  let look = (): void => {};
  const outcome = runCommand(
    { ...DEFAULT_REQUEST, ...over.request },
    { script, uri: over.uri, workspace, environment: { PATH: process.env.PATH } },
    {
      info: (line) => {
        log.push(line);
        look();
      },
      warn: () => {},
      clock: systemClock,
      signal: cancel.signal,
    },
  );
  const says = (line: string) =>
    new Promise<void>((resolve) => {
      look = () => log.includes(line) && resolve();
      look();
    });
  return { outcome, cancel, log, says };
}

describe('a command of the user', () => {
  test('is told by its environment what is asked for, and prints into the log', async () => {
    const { outcome, log } = run(
      `echo "$PAAL_MIGRATE_COMMAND $PAAL_MIGRATE_TO $MONGODB_URI"; echo oops >&2`,
      { uri: 'mongodb://h/d', request: { command: 'down', limit: 'previous' } },
    );
    await outcome;
    expect(log.toSorted()).toEqual(['down previous mongodb://h/d', 'oops']);
  });

  test('gives the result that it prints, as the runner does', async () => {
    const { outcome, log } = run(`echo begun; echo '${resultLine(RESULT)}'`);
    expect(await outcome).toMatchObject({
      exitCode: 0,
      failure: undefined,
      result: { status: 'applied', appliedCount: 2, current: 'b.js' },
    });
    expect(log).toEqual(['begun']);
  });

  test('that succeeds without a result has none: what it did is not made up', async () => {
    expect(await run('true').outcome).toEqual({
      result: undefined,
      exitCode: 0,
      failure: undefined,
    });
  });

  test('fails by its exit code, wherever in a pipe it arose', async () => {
    const { exitCode, failure } = await run('(exit 7) | cat; echo never').outcome;
    expect(exitCode).toBe(7);
    expect(failure?.message).toContain(
      'The command of "command-line" ended with exit code 7, without a result',
    );
  });

  test('that says of itself that it failed is believed, though its exit code is 0', async () => {
    const failure = { kind: 'locked' as const, message: 'Another run.', position: undefined };
    const outcome = await run(`echo '${resultLine({ ...RESULT, failure })}'`).outcome;
    expect(outcome.failure?.message).toBe('Another run.');
    expect(outcome.failure?.failureReason).toBe('Locked');
  });

  test('that prints a good result and fails has failed', async () => {
    const { failure } = await run(`echo '${resultLine(RESULT)}'; exit 1`).outcome;
    expect(failure?.message).toContain('although the result that it printed is a good one');
  });

  test('that is not found is told as that', async () => {
    expect((await run('migrate-everything').outcome).failure?.message).toContain(
      'exit code 127, by which a shell says that a program was not found',
    );
  });

  test('that is killed is told with the signal', async () => {
    expect((await run('kill -KILL $$').outcome).failure?.message).toContain('was ended by SIGKILL');
  });

  test('does not hold up the step by what it leaves running', async () => {
    const { outcome, log } = run('sleep 60 & echo "left $!"');
    expect((await outcome).exitCode).toBe(0);
    process.kill(Number(log[0]?.slice(5)));
  });

  test('gets arguments for the runner that a shell reads as they were', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (to, directory) => {
        const clean = (one: string) => one.toWellFormed().replaceAll('\0', '');
        const request = {
          ...DEFAULT_REQUEST,
          limit: { to: clean(to) },
          directory: clean(directory),
        };
        const { PAAL_MIGRATE_ARGUMENTS = '' } = requestVariables(request);
        const script = `eval "set -- $ARGUMENTS"; printf '%s\\0' "$@"`;
        const { stdout } = spawnSync('bash', ['-c', script], {
          env: { ARGUMENTS: PAAL_MIGRATE_ARGUMENTS },
          encoding: 'utf8',
        });
        expect(stdout).toBe(
          runnerArguments(request)
            .map((one) => `${one}\0`)
            .join(''),
        );
      }),
      { numRuns: 30 },
    );
  });
});

describe('a command that is cancelled', () => {
  test('is interrupted, and may end in order', async () => {
    const { outcome, cancel, says, log } = run(
      `trap 'echo stopping; exit 130' INT; echo begun; while :; do sleep 0.1; done`,
    );
    await says('begun');
    cancel.abort();
    const { failure, exitCode } = await outcome;
    expect(log).toContain('stopping');
    expect(exitCode).toBe(130);
    expect(failure?.message).toContain(
      'was cancelled, and the command of "command-line" ended after SIGINT',
    );
  });

  test('gets SIGTERM and SIGKILL with all that it started, within 7 seconds', async () => {
    const { outcome, cancel, says } = run(
      `trap '' INT TERM; (trap '' INT TERM; echo $BASHPID > child; exec sleep 600) & while [ ! -s child ]; do :; done; echo begun; while :; do sleep 1; done`,
    );
    await says('begun');
    const child = Number(await readFile(join(workspace, 'child'), 'utf8'));
    const begin = performance.now();
    cancel.abort();
    const { failure } = await outcome;
    expect(performance.now() - begin).toBeLessThan(7_000);
    expect(failure?.message).toContain(
      'ended after SIGKILL. Whether it changed the database is unknown',
    );
    const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(child)], { encoding: 'utf8' });
    expect(stdout).toMatch(/^(Z|$)/);
  });

  test('before it has begun is not begun', async () => {
    const cancel = new AbortController();
    cancel.abort();
    const { failure } = await runCommand(
      DEFAULT_REQUEST,
      { script: 'touch begun', uri: undefined, workspace, environment: process.env },
      { info: () => {}, warn: () => {}, clock: systemClock, signal: cancel.signal },
    );
    expect(failure?.message).toContain('before the command of "command-line" had begun');
  });
});
