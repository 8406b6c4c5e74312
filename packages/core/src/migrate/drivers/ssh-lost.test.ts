import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_REQUEST, type MigrateCommand, type MigrateRequest } from '../request.ts';
import type { MigrateResult, MigrationEntry, MigrationState } from '../result.ts';
import { type Answer, afterLoss, type Lost } from './ssh-lost.ts';

const RUN = 'https://github.com/o/r/actions/runs/1';

const entry = (name: string, state: MigrationState, run = RUN): MigrationEntry => ({
  name,
  state,
  run,
  sha: undefined,
  missing: false,
  late: false,
  edited: false,
  appliedAt: undefined,
  milliseconds: undefined,
  checkpoint: undefined,
});

const status = (...migrations: readonly MigrationEntry[]): MigrateResult => ({
  command: 'status',
  status: 'up-to-date',
  appliedCount: 0,
  pendingCount: migrations.filter(({ state }) => state === 'pending').length,
  current: migrations.findLast(({ state }) => state === 'applied')?.name,
  previous: undefined,
  migrations,
  preview: undefined,
  failure: undefined,
});

const lost = (over: Partial<MigrateRequest> = {}, patience: number | undefined = 45): Lost => ({
  request: { ...DEFAULT_REQUEST, runner: { run: RUN, actor: '', sha: '', host: '' }, ...over },
  host: 'db-server',
  user: 'db-admin',
  process: 4711,
  loss: 'it broke',
  patience,
  ask: 'ssh …',
});

const ended = (given: MigrateResult | undefined): Answer => ({
  state: 'ended',
  why: undefined,
  status: given,
});
const text = (one: Lost, answer: Answer) => afterLoss(one, answer).failure?.message;

describe('a run whose connection was lost', () => {
  test('is a success when the database has all that it was to apply, and counts only its own', () => {
    const outcome = afterLoss(
      lost(),
      ended(status(entry('a', 'applied', 'another run'), entry('b', 'applied'))),
    );
    expect(outcome.failure).toBeUndefined();
    expect(outcome.result).toMatchObject({ command: 'up', status: 'applied', appliedCount: 1 });
    expect(outcome.result?.migrations.map(({ state }) => state)).toEqual(['applied', 'done']);
  });

  test('that was to go up to one migration is a success when that is applied', () => {
    const standing = ended(status(entry('a.js', 'applied'), entry('b.js', 'pending')));
    expect(afterLoss(lost({ limit: { to: 'a' } }), standing).failure).toBeUndefined();
    expect(text(lost({ limit: { to: 'b' } }), standing)).toContain(
      'pending: 1; applied by this run: a.js',
    );
  });

  test('is never a success when something is pending, failed or interrupted, or it was no plain up', () => {
    const applied: readonly MigrationState[] = Array(9).fill('applied');
    const states = fc.constantFrom(...applied, 'pending', 'failed', 'interrupted');
    const commands = fc.constantFrom<MigrateCommand>(
      'up',
      'up',
      'down',
      'plan',
      'baseline',
      'repair',
    );
    fc.assert(
      fc.property(
        fc.array(states, { maxLength: 4 }),
        commands,
        fc.boolean(),
        (list, command, dryRun) => {
          const standing = status(...list.map((state, index) => entry(`${index}.js`, state)));
          const { failure } = afterLoss(lost({ command, dryRun }), ended(standing));
          const complete =
            list.every((state) => state === 'applied') && command === 'up' && !dryRun;
          expect(failure === undefined).toBe(complete);
        },
      ),
    );
  });

  test('of which nobody knows who ran it is not called a success', () => {
    const local = lost({ runner: { run: 'local', actor: '', sha: '', host: '' } });
    expect(text(local, ended(status(entry('a', 'applied'))))).toContain('its exit code is lost');
  });

  test('says what was cut off, and where the database stands', () => {
    expect(text(lost(), ended(status(entry('a', 'applied'), entry('b', 'interrupted'))))).toContain(
      'lost in the middle of up (it broke). The run has ended since, and its exit code is lost. The ' +
        'database says: pending: 0; applied by this run: a; b is interrupted; last applied: a.',
    );
  });

  test('that is still at work is said to be, by whom, and what will become of it', () => {
    const running: Answer = { state: 'running', why: undefined, status: undefined };
    expect(text(lost(), running)).toMatch(
      /process 4711 of db-admin; it stops at its next safe point/,
    );
    expect(text({ ...lost(), patience: undefined }, running)).toContain('it goes on');
  });

  test('of a server that cannot be asked is unknown', () => {
    const away: Answer = { state: undefined, why: 'It is away.', status: undefined };
    expect(text(lost(), away)).toMatch(/is unknown: It is away\. .*at most 45 s after the loss/);
    expect(text({ ...lost(), patience: undefined }, away)).toContain(
      'it goes on without a connection',
    );
  });

  test('whose status failed is unknown', () => {
    const failure = { kind: 'unreachable' as const, message: 'No server.', position: undefined };
    expect(text(lost(), ended({ ...status(), failure }))).toContain(
      'status did not tell: No server.',
    );
    expect(text(lost(), ended(undefined))).toContain('status did not tell.');
  });
});
