import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { interruptedMessage } from './checks.ts';
import type { AppliedMigration } from './history.ts';
import { understood } from './planned.ts';
import type { MigrationRecord } from './record.ts';
import { attempt, standing } from './standing.test-data.ts';
import { interrupted } from './standing.ts';

const TODAY = new Date('2024-05-02T00:00:00Z');
const BLOCK = 77;

/** Attempts of one run that were planned in this order. */
function plan(names: readonly string[], over: Partial<MigrationRecord> = {}) {
  return names.map((name, position) =>
    attempt(name, { state: 'planned', position, fence: 3, migrationBlock: BLOCK, ...over }),
  );
}

function row(fileName: string, over: Partial<AppliedMigration> = {}): AppliedMigration {
  const appliedAt = new Date('2024-05-01T12:00:00Z');
  return {
    fileName,
    appliedAt,
    migrationBlock: BLOCK,
    fileHash: undefined,
    milliseconds: 40,
    ...over,
  };
}

/** What is known of each attempt, by name. */
function told(records: readonly MigrationRecord[], history: readonly AppliedMigration[]) {
  return understood(records, history, TODAY).records.map(
    ({ fileName, state, begun }) =>
      `${fileName} ${state}${begun === undefined ? '' : begun ? ' begun' : ' perhaps'}`,
  );
}

describe('what a run that was killed left behind', () => {
  test('before its first migration: that one may have begun, no other has', () => {
    expect(told(plan(['a', 'b', 'c']), [])).toEqual(['a running perhaps']);
  });

  test('between two migrations: the next may have begun, and the ones before were applied', () => {
    expect(told(plan(['a', 'b', 'c']), [row('a')])).toEqual(['a succeeded', 'b running perhaps']);
  });

  test('in a migration that was noted to have begun: it has', () => {
    const [a, b, c] = plan(['a', 'b', 'c']) as [MigrationRecord, MigrationRecord, MigrationRecord];
    expect(told([c, { ...b, begun: true }, a], [row('a')])).toEqual([
      'a succeeded',
      'b running begun',
    ]);
  });

  test('on the way back: what still has its row may have been begun with', () => {
    const down = plan(['c', 'b', 'a'], { action: 'down' });
    const history = [row('a', { migrationBlock: 1 }), row('b', { migrationBlock: 1 })];
    expect(told(down, history)).toEqual(['c succeeded', 'b running perhaps']);
  });

  test('after a failure, while it wrote that: nothing after that one has begun', () => {
    const [a, b, c] = plan(['a', 'b', 'c']) as [MigrationRecord, MigrationRecord, MigrationRecord];
    expect(told([a, { ...b, state: 'failed' }, c], [row('a')])).toEqual([
      'a succeeded',
      'b failed',
    ]);
  });

  test('while it replaced records by those of their ends: each attempt counts once', () => {
    const planned = plan(['a', 'b']);
    const end = attempt('a', { _id: 'end', state: 'succeeded', position: 0, fence: 3 });
    const { records, settlement } = understood([...planned, end], [row('a'), row('b')], TODAY);
    expect(records.map(({ _id, state }) => `${_id} ${state}`)).toEqual([
      'end succeeded',
      `${planned[1]?._id} succeeded`,
    ]);
    expect(settlement.removals).toEqual([planned[0]?._id]);
  });

  test('is not taken for applied because another run has applied it since', () => {
    expect(told(plan(['a', 'b']), [row('a', { migrationBlock: 99 })])).toEqual([
      'a running perhaps',
    ]);
  });

  test('is settled with the times of the changelog, and what never began is removed', () => {
    const [a, b, c] = plan(['a', 'b', 'c']);
    const { settlement } = understood(plan(['a', 'b', 'c']), [row('a')], TODAY);
    expect(settlement.corrections).toEqual([
      { _id: b?._id, fields: { state: 'interrupted', begun: false } },
      {
        _id: a?._id,
        fields: {
          state: 'succeeded',
          startedAt: new Date('2024-05-01T11:59:59.960Z'),
          finishedAt: new Date('2024-05-01T12:00:00Z'),
          milliseconds: 40,
        },
      },
    ]);
    expect(settlement.removals).toEqual([c?._id]);
  });

  test('is told as what may have begun, and only what is known as what was interrupted', () => {
    const message = (over: Partial<MigrationRecord>): string => {
      const { records } = understood(plan(['b'], over), [], TODAY);
      const [first] = interrupted(standing(['b'], [], records));
      return first ? interruptedMessage(first) : '';
    };
    expect(message({})).toContain('b may have begun: run https://example.test/runs/1 of octocat');
    expect(message({})).toContain('Whether anything of it was done is not known');
    expect(message({ begun: true })).toContain('b was interrupted: run');
  });
});

test('wherever a run is killed, exactly what it did counts, and at most one migration is in doubt', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const cut = fc.record({
    rows: fc.integer({ min: 0, max: names.length }),
    ends: fc.integer({ min: 0, max: names.length }),
    removed: fc.boolean(),
    begun: fc.boolean(),
    shuffled: fc.shuffledSubarray(names, { minLength: names.length }),
  });
  fc.assert(
    fc.property(cut, ({ rows, ends, removed, begun, shuffled }) => {
      const replaced = Math.min(ends, rows);
      const planned = plan(names)
        .filter(({ position = 0 }) => !(removed && position < replaced))
        .map((record) => (record.position === rows ? { ...record, begun } : record));
      const ended = plan(names)
        .slice(0, replaced)
        .map((record) => ({ ...record, _id: `${record._id} end`, state: 'succeeded' as const }));
      const records = [...planned, ...ended].sort(
        (x, y) => shuffled.indexOf(x.fileName) - shuffled.indexOf(y.fileName),
      );
      const history = names.slice(0, rows).map((name) => row(name));
      const expected = names.slice(0, rows).map((name) => `${name} succeeded`);
      const doubtful = names.slice(rows, rows + 1);
      expect(told(records, history)).toEqual([
        ...expected,
        ...doubtful.map((name) => `${name} running ${begun ? 'begun' : 'perhaps'}`),
      ]);
      // Settled, the records say the same again.
      const { settlement } = understood(records, history, TODAY);
      const fields = new Map(settlement.corrections.map((one) => [one._id, one.fields]));
      const settled = records
        .filter(({ _id }) => !settlement.removals.includes(_id))
        .map((record): MigrationRecord => ({ ...record, ...fields.get(record._id) }));
      expect(understood(settled, history, TODAY).settlement).toEqual({
        corrections: [],
        removals: [],
      });
      expect(settled.map(({ fileName }) => fileName).sort()).toEqual([
        ...names.slice(0, rows),
        ...doubtful,
      ]);
    }),
  );
});
