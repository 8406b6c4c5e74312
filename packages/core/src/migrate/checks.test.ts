import { describe, expect, test } from '@jest/globals';
import { type Deviation, deviations } from './checks.ts';
import { checksumOf, fileHashOf } from './checksum.ts';
import type { AppliedMigration } from './history.ts';
import type { MigrationRecord } from './record.ts';
import { DEFAULT_REQUEST, type MigrateRequest } from './request.ts';
import { applied, attempt, standing } from './standing.test-data.ts';
import { pendingNames, type Standing } from './standing.ts';

const A = '20240101000000-a.js';
const B = '20240102000000-b.js';
const C = '20240103000000-c.js';

/** What is found when everything pending goes up, or what is named goes down. */
function found(
  at: Standing,
  over: Partial<MigrateRequest> = {},
  down: readonly string[] = [],
): readonly Deviation[] {
  const names = over.command === 'down' ? down : pendingNames(at);
  const direction = over.command === 'down' ? 'down' : 'up';
  const steps = names.map((name) => ({ name, direction }) as const);
  return deviations(at, { ...DEFAULT_REQUEST, ...over }, steps);
}
const error = (text: string) => [{ level: 'error', message: expect.stringContaining(text) }];
const warning = (text: string) => [{ level: 'warning', message: expect.stringContaining(text) }];
const records = (...all: readonly MigrationRecord[]) => all;

describe('before migrations go up', () => {
  test('nothing is found where checkout and database agree', () => {
    expect(found(standing([A, B], applied(A), records(attempt(A))))).toEqual([]);
  });

  describe('a file that was edited after it was applied', () => {
    const at = standing([A, B], applied(A), records(attempt(A, { checksum: checksumOf('old') })));

    test('is an error, with the cure', () => {
      expect(found(at)).toEqual(error(`${A} was edited after being applied`));
      expect(found(at)[0]?.message).toContain('run command repair once');
    });

    test('is a warning or nothing where that is asked for', () => {
      expect(found(at, { edited: 'warn' })).toEqual(warning(A));
      expect(found(at, { edited: 'allow' })).toEqual([]);
    });

    test('is told by the fileHash of migrate-mongo, too', () => {
      const row = (fileHash: string): readonly AppliedMigration[] =>
        applied(A).map((one) => ({ ...one, fileHash }));
      expect(found(standing([A], row(fileHashOf('old'))))).toEqual(error(A));
      expect(found(standing([A], row(fileHashOf(A))))).toEqual([]);
    });

    test('is not one whose lines only end otherwise', () => {
      expect(checksumOf('a\r\nb\r\n')).toBe(checksumOf('a\nb\n'));
    });

    test('is not known where no checksum is', () => {
      expect(found(standing([A], applied(A)))).toEqual([]);
    });

    test('is none any more once a repair has taken it for what was applied', () => {
      const repair = attempt(A, { action: 'repair', fence: 2 });
      expect(found({ ...at, records: [...at.records, repair] })).toEqual([]);
    });
  });

  test('an applied file that is gone from among the others is an error', () => {
    expect(found(standing([B], applied(A, B)))).toEqual(error(`${A} was applied, but is not in`));
    expect(found(standing([B], applied(A, B)), { missing: 'warn' })).toEqual(warning(A));
  });

  test('applied ones that are newer than this checkout are what a code rollback leaves: a warning', () => {
    expect(found(standing([A], applied(A, B, C)))).toEqual(
      warning('The database is ahead of this commit'),
    );
    expect(found(standing([A], applied(A, B)), { missing: 'allow' })).toEqual([]);
  });

  test('one that is older than an applied one is an error, unless it is not to be run', () => {
    const at = standing([A, B, C], applied(A, C));
    expect(found(at)).toEqual(error(`${B} is older by name than ${C}`));
    expect(found(at, { outOfOrder: 'warn' })).toEqual(warning(B));
    expect(found(at, { outOfOrder: 'allow' })).toEqual([]);
    expect(deviations(at, DEFAULT_REQUEST, [])).toEqual([]);
  });

  test('two with one time are an error, until both are applied', () => {
    const [first, second] = ['20240101000000-x.js', '20240101000000-y.js'] as const;
    expect(found(standing([first, second], []))).toEqual(error('have the same time'));
    expect(found(standing([first, second], applied(first)))).toEqual(error('have the same time'));
    expect(found(standing([first, second], applied(first, second)))).toEqual([]);
  });

  test('an applied one under a new extension would be applied twice', () => {
    expect(found(standing(['20240101000000-a.ts'], applied(A)))).toContainEqual(
      error('20240101000000-a.ts was applied as 20240101000000-a.js')[0],
    );
  });

  test('errors come before warnings', () => {
    const levels = found(standing([A, B, C], applied(A, C, '20250101000000-d.js')));
    expect(levels.map(({ level }) => level)).toEqual(['error', 'warning']);
  });
});

describe('a migration that an earlier run left in the middle', () => {
  const running = attempt(B, {
    state: 'running',
    fence: 3,
    checkpoint: { values: [{ key: 'last', value: 41 }], walks: [] },
  });
  const at = standing([A, B], applied(A), records(attempt(A), running));

  test('is an error that names the run, its checkpoint, and every way on', () => {
    const [first] = found(at);
    expect(first?.level).toBe('error');
    for (const text of [
      `${B} was interrupted`,
      'https://example.test/runs/1 of octocat',
      'last = 41',
      'on-interrupted: resume',
      `migration ${B}`,
    ]) {
      expect(first?.message).toContain(text);
    }
  });

  test.each(['retry', 'resume'] as const)('goes on with %s', (onInterrupted) => {
    expect(found(at, { onInterrupted })).toEqual([]);
  });

  test('is none while its run lives', () => {
    expect(found({ ...at, runningFence: 3 })).toEqual([]);
  });

  test('is none where the changelog says that it came to its end', () => {
    expect(found({ ...at, history: applied(A, B) })).toEqual([]);
  });

  test('is none once a repair has said where it stands', () => {
    const repair = attempt(B, { action: 'down', fence: 4 });
    expect(found({ ...at, records: [...at.records, repair] })).toEqual([]);
  });

  test('stops a way back, which would leave its half', () => {
    expect(found(at, { command: 'down', onInterrupted: 'retry' }, [A])).toEqual(error(B));
  });

  test('on its way down stops a way up', () => {
    const down = attempt(A, { action: 'down', state: 'interrupted', fence: 2 });
    const half = standing([A], applied(A), records(attempt(A), down));
    expect(found(half, { onInterrupted: 'retry' })).toEqual(error('began reverting it'));
    expect(found(half, { command: 'down', onInterrupted: 'retry' }, [A])).toEqual([]);
  });
});

describe('before migrations go down', () => {
  test('only what is to be reverted counts: the commit before lacks the rest', () => {
    const edited = attempt(A, { checksum: checksumOf('old') });
    const at = standing([A], applied(A, B, C), records(edited, attempt(B), attempt(C)));
    expect(found(at, { command: 'down' }, [C, B])).toEqual([]);
    expect(found(at, { command: 'down' }, [C, B, A])).toEqual(error(`${A} was edited`));
  });
});
