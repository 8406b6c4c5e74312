import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compactResult, findResult, parseResult, resultLine } from './remote-result.ts';
import type { MigrateResult, MigrationEntry } from './result.ts';

const entry = (name: string, over: Partial<MigrationEntry> = {}): MigrationEntry => ({
  name,
  state: 'applied',
  missing: false,
  late: false,
  edited: false,
  appliedAt: new Date('2024-05-01T10:00:00Z'),
  milliseconds: undefined,
  run: 'https://example.test/runs/1',
  sha: 'c0ffee',
  checkpoint: undefined,
  ...over,
});
const result = (over: Partial<MigrateResult> = {}): MigrateResult => ({
  command: 'up',
  status: 'applied',
  appliedCount: 1,
  pendingCount: 0,
  current: 'b.js',
  previous: 'a.js',
  migrations: [entry('a.js'), entry('b.js', { state: 'done', milliseconds: 12 })],
  failure: undefined,
  preview: undefined,
  ...over,
});

describe('the result of a runner elsewhere', () => {
  test('is found on its line, whatever else was printed', () => {
    const output = `a\n${resultLine(result({ appliedCount: 9 }))}\r\nb\n${resultLine(result())}\nbye\n`;
    expect(findResult(output)).toEqual(result());
  });

  test.each([
    '',
    'nothing of the kind',
    'paal-migrate-result: {"command":"up"',
    'paal-migrate-result: {"command":"sideways","status":"applied","appliedCount":1}',
  ])('is not made up from %j', (output) => {
    expect(findResult(output)).toBeUndefined();
  });

  test('always fits, and still says what happened and why', () => {
    const migrations = fc
      .nat({ max: 300 })
      .map((count) =>
        Array.from({ length: count }, (_, index) =>
          entry(`2024010100${index}-some-change.js`, index % 7 === 0 ? { state: 'done' } : {}),
        ),
      );
    fc.assert(
      fc.property(migrations, fc.string({ unit: 'binary', maxLength: 6_000 }), (all, message) => {
        const failure = { kind: 'failed', message, position: undefined } as const;
        const json = compactResult(result({ migrations: all, failure }), 4_096);
        expect(Buffer.byteLength(json)).toBeLessThanOrEqual(4_096);
        const parsed = parseResult(json);
        expect(parsed).toMatchObject({ command: 'up', appliedCount: 1, current: 'b.js' });
        expect(parsed?.failure?.kind).toBe('failed');
      }),
    );
  });
});
