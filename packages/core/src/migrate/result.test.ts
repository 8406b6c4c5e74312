import { describe, expect, test } from '@jest/globals';
import type { AppliedMigration } from './history.ts';
import { migrateResult, type Progress } from './result.ts';
import { applied, attempt, checkout, standing } from './standing.test-data.ts';

const step = (name: string, direction: 'up' | 'down' = 'up') => ({ name, direction });
const done = (...names: readonly string[]) => names.map((name) => ({ name, milliseconds: 4 }));
const stop = (name: string, reason: 'threw' | 'cancelled') => ({
  step: {
    file: { name, path: name, text: '' },
    direction: 'up' as const,
    transaction: false,
    run: async () => {},
  },
  reason,
  error: new Error('boom'),
  milliseconds: 9,
});
/** A call, by default an up where a is applied of a, b and c. */
interface Call extends Partial<Omit<Progress, 'files' | 'request'>>, Partial<Progress['request']> {
  readonly files?: readonly string[];
  readonly history?: readonly AppliedMigration[];
}

function progress(call: Call): Progress {
  const { command = 'up', dryRun = false, files = ['a', 'b', 'c'], history, ...rest } = call;
  return {
    request: { command, dryRun },
    files: checkout(...files),
    standing: standing(files, history ?? applied('a')),
    before: undefined,
    held: undefined,
    steps: [],
    run: undefined,
    marked: [],
    preview: undefined,
    ...rest,
  };
}
const states = (call: Call) =>
  migrateResult(progress(call), undefined).migrations.map(({ name, state }) => `${name} ${state}`);
const failure = { kind: 'failed' as const, message: 'it failed', position: undefined };

describe('the result of a call', () => {
  test('up that applied something', () => {
    const run = { completed: done('b', 'c'), stopped: undefined };
    const result = migrateResult(progress({ steps: [step('b'), step('c')], run }), undefined);
    expect(result).toMatchObject({
      status: 'applied',
      appliedCount: 2,
      pendingCount: 0,
      current: 'c',
      previous: 'a',
    });
    expect(
      result.migrations.map(({ name, state, milliseconds }) => [name, state, milliseconds]),
    ).toEqual([
      ['a', 'applied', undefined],
      ['b', 'done', 4],
      ['c', 'done', 4],
    ]);
  });

  test('up with nothing to do is up-to-date', () => {
    expect(migrateResult(progress({ files: ['a'] }), undefined)).toMatchObject({
      status: 'up-to-date',
      appliedCount: 0,
      current: 'a',
      previous: 'a',
    });
  });

  test('up that failed keeps what was applied and counts the rest as pending', () => {
    const run = { completed: done('b'), stopped: stop('c', 'threw') };
    const result = migrateResult(progress({ steps: [step('b'), step('c')], run }), failure);
    expect(result).toMatchObject({
      status: 'failed',
      appliedCount: 1,
      pendingCount: 1,
      current: 'b',
      previous: 'a',
      failure,
    });
    expect(result.migrations.at(-1)).toMatchObject({ name: 'c', state: 'failed', milliseconds: 9 });
  });

  test('a migration that was not begun is pending, not failed', () => {
    const run = { completed: done('b'), stopped: stop('c', 'cancelled') };
    expect(states({ run })).toEqual(['a applied', 'b done', 'c pending']);
  });

  test('down that reverted something', () => {
    const history = applied('a', 'c', 'b');
    const run = { completed: done('b'), stopped: undefined };
    const result = migrateResult(progress({ command: 'down', history, run }), undefined);
    expect(result).toMatchObject({
      status: 'reverted',
      appliedCount: 1,
      pendingCount: 1,
      current: 'c',
      previous: 'b',
    });
  });

  test('a dry run of down shows what would be reverted as planned', () => {
    const history = applied('a', 'b');
    const over = { command: 'down', dryRun: true, history, steps: [step('b', 'down')] } as const;
    expect(states(over)).toEqual(['a applied', 'b planned', 'c pending']);
    expect(migrateResult(progress(over), undefined).status).toBe('planned');
  });

  test.each([
    ['planned', ['a', 'b']],
    ['up-to-date', ['a']],
  ] as const)('status is %s for the files %j', (status, files) => {
    const over = { command: 'status', dryRun: true, files } as const;
    expect(migrateResult(progress(over), undefined).status).toBe(status);
  });

  test('what is applied without a file, and what came late, is marked', () => {
    const history = applied('b', 'gone');
    const { migrations } = migrateResult(progress({ history }), undefined);
    expect(migrations.filter(({ missing }) => missing).map(({ name }) => name)).toEqual(['gone']);
    expect(migrations.filter(({ late }) => late).map(({ name }) => name)).toEqual(['a', 'c']);
  });

  test('what was edited, and what an earlier run left in the middle, is marked', () => {
    const records = [
      attempt('a', { checksum: 'another' }),
      attempt('b', {
        state: 'running',
        fence: 2,
        checkpoint: { walks: [{ key: 'orders', documents: 7 }] },
      }),
    ];
    const { migrations } = migrateResult(
      progress({ standing: standing(['a', 'b', 'c'], applied('a'), records) }),
      undefined,
    );
    expect(migrations).toMatchObject([
      { name: 'a', state: 'applied', edited: true, sha: 'c0ffee' },
      { name: 'b', state: 'interrupted', edited: false, checkpoint: 'orders: 7 documents' },
      { name: 'c', state: 'pending' },
    ]);
  });

  test('without an answer of the database nothing is claimed about it', () => {
    expect(migrateResult(progress({ standing: undefined }), failure)).toEqual({
      command: 'up',
      status: 'failed',
      appliedCount: 0,
      pendingCount: undefined,
      current: undefined,
      previous: undefined,
      migrations: [],
      failure,
      preview: undefined,
    });
  });
});
