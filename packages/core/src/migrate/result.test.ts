import { describe, expect, test } from '@jest/globals';
import { migrateResult, type Progress } from './result.ts';

const row = (fileName: string, second: number) => ({
  fileName,
  appliedAt: new Date(second),
  migrationBlock: 1,
});
const step = (name: string, direction: 'up' | 'down' = 'up') => ({ name, direction });
const done = (...names: readonly string[]) => names.map((name) => ({ name, milliseconds: 4 }));
const stop = (name: string, reason: 'threw' | 'cancelled') => ({
  step: { file: { name, path: name }, direction: 'up' as const, run: async () => {} },
  reason,
  error: new Error('boom'),
  milliseconds: 9,
});
const progress = (over: Partial<Progress>): Progress => ({
  command: 'up',
  dryRun: false,
  files: ['a', 'b', 'c'],
  history: [row('a', 1)],
  steps: [],
  run: undefined,
  ...over,
});
const states = (over: Partial<Progress>) =>
  migrateResult(progress(over), undefined).migrations.map(({ name, state }) => `${name} ${state}`);
const failure = { message: 'it failed', position: undefined };

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
    const history = [row('a', 1), row('c', 2), row('b', 3)];
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
    const history = [row('a', 1), row('b', 2)];
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
    const history = [row('b', 1), row('gone', 2)];
    const { migrations } = migrateResult(progress({ history }), undefined);
    expect(migrations.filter(({ missing }) => missing).map(({ name }) => name)).toEqual(['gone']);
    expect(migrations.filter(({ late }) => late).map(({ name }) => name)).toEqual(['a', 'c']);
  });

  test('without an answer of the database nothing is claimed about it', () => {
    expect(migrateResult(progress({ history: undefined }), failure)).toEqual({
      command: 'up',
      status: 'failed',
      appliedCount: 0,
      pendingCount: undefined,
      current: undefined,
      previous: undefined,
      migrations: [],
      failure,
    });
  });
});
