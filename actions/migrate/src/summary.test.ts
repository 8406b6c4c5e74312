import { describe, expect, test } from '@jest/globals';
import type { MigrateResult, MigrationEntry } from '@paal/core/migrate/result';
import { took } from '@paal/core/migrate/wording';
import { renderSummary } from './summary.ts';

const entry = (name: string, over: Partial<MigrationEntry> = {}): MigrationEntry => ({
  name,
  state: 'applied',
  missing: false,
  late: false,
  edited: false,
  run: undefined,
  sha: undefined,
  checkpoint: undefined,
  appliedAt: undefined,
  milliseconds: undefined,
  ...over,
});
const result = (over: Partial<MigrateResult>): MigrateResult => ({
  command: 'up',
  status: 'applied',
  appliedCount: 1,
  pendingCount: 0,
  current: 'b.js',
  previous: 'a.js',
  migrations: [entry('a.js'), entry('b.js', { state: 'done', milliseconds: 1_234 })],
  failure: undefined,
  preview: undefined,
  ...over,
});

describe('the summary', () => {
  test('begins with the verdict and says where the database stands', () => {
    const text = renderSummary(result({}));
    expect(text).toMatch(/^## ✅ Applied 1 migration\n/);
    expect(text).toContain(
      'Last applied: <code>b.js</code> (before: <code>a.js</code>). Pending: 0.',
    );
    expect(text).toContain('| <code>b.js</code> | **applied** | 1.2 s |');
  });

  test.each<[string, Partial<MigrateResult>]>([
    ['✅ Reverted 2 migrations', { command: 'down', status: 'reverted', appliedCount: 2 }],
    ['✅ Nothing to apply', { status: 'up-to-date' }],
    ['✅ Nothing to revert', { command: 'down', status: 'up-to-date' }],
    ['✅ 3 migrations pending', { command: 'status', status: 'planned', pendingCount: 3 }],
    [
      '✅ Would apply 1 migration',
      { command: 'plan', status: 'planned', migrations: [entry('c', { state: 'planned' })] },
    ],
    [
      '✅ Would revert 1 migration',
      { command: 'down', status: 'planned', migrations: [entry('c', { state: 'planned' })] },
    ],
  ])('%s', (verdict, over) => {
    expect(renderSummary(result(over))).toContain(`## ${verdict}\n`);
  });

  test('a failure is told with its cause, and nothing in it takes effect', () => {
    const failure = {
      kind: 'failed' as const,
      message: 'failed: <img src=x> | **bold**',
      position: undefined,
    };
    const text = renderSummary(result({ status: 'failed', failure }));
    expect(text).toContain('## ❌ Migrations failed');
    expect(text).toContain('&lt;img src=x&gt;');
    expect(text).not.toMatch(/<img|\*\*bold/);
  });

  test('without an answer of the database no table is made up', () => {
    const failure = { kind: 'failed' as const, message: 'away', position: undefined };
    const text = renderSummary(
      result({ status: 'failed', failure, migrations: [], pendingCount: undefined }),
    );
    expect(text).not.toContain('Last applied');
    expect(text).not.toContain('|');
  });

  test('of many that were applied before, the last ten are listed', () => {
    const before = Array.from({ length: 25 }, (_, index) =>
      entry(`m${String(index).padStart(2, '0')}`),
    );
    const text = renderSummary(
      result({ migrations: [...before, entry('new', { state: 'done' })] }),
    );
    expect(text).toContain('| … 15 more | applied before |');
    expect(text).not.toContain('m14');
    expect(text).toContain('m15');
    expect(text).toContain('new');
  });

  test('what is missing or late is said', () => {
    const migrations = [
      entry('a', { missing: true }),
      entry('b', { state: 'pending', late: true }),
    ];
    const text = renderSummary(result({ migrations }));
    expect(text).toContain('applied before, not in this checkout');
    expect(text).toContain('pending, older than an applied one');
  });

  test.each([
    [6.4, '6 ms'],
    [1_234, '1.2 s'],
    [180_000, '3 m'],
  ])('%d ms is %s', (milliseconds, text) => {
    expect(took(milliseconds)).toBe(text);
  });
});
