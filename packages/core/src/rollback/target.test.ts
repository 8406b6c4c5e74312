import { describe, expect, test } from '@jest/globals';
import { release } from '../release/release.test-data.ts';
import type { Verdict } from '../rollout/verdict.ts';
import { whyNotRolledBack } from './decide.ts';
import { chooseTarget, parseRollbackRequest, targetAfterFailure } from './target.ts';
import { mayRunUnserved } from './unserved.ts';

const previous = { to: 'previous' } as const;
const WEB = 'deployment/web';
const API = 'deployment/api';

describe('the release before', () => {
  test('is the newest that served before the one that should be running', () => {
    const releases = [release(1, 'rolled-out'), release(3, 'rolled-out'), release(2, 'rolled-out')];
    expect(chooseTarget(releases, previous).release.number).toBe(2);
  });

  test('is never a failed one (trap 12)', () => {
    const releases = [release(1, 'rolled-out'), release(2, 'failed'), release(3, 'rolled-out')];
    expect(chooseTarget(releases, previous).release.number).toBe(1);
  });

  test('asked for twice goes further back, not to and fro (trap 12)', () => {
    const releases = [
      release(1, 'rolled-out'),
      release(2, 'rolled-out'),
      release(3, 'rolled-back'),
    ];
    expect(chooseTarget(releases, previous).release.number).toBe(1);
  });

  test('may be what ran before PAAL came', () => {
    expect(
      chooseTarget([release(0, 'adopted'), release(1, 'verified')], previous).release.number,
    ).toBe(0);
  });

  test('brings back the workloads that were pruned after the present one', () => {
    const releases = [
      release(1, 'verified', [WEB, API]),
      release(2, 'verified', [WEB], [], [API, 'deployment/never-served']),
    ];
    const { sources, left } = chooseTarget(releases, previous);
    expect([...sources].map(([name, { number }]) => [name, number])).toEqual([
      [WEB, 1],
      [API, 1],
    ]);
    expect(left).toEqual([]);
    expect([...chooseTarget(releases, previous, [WEB]).sources.keys()]).toEqual([WEB]);
  });

  test.each(['interrupted', 'started', 'failed'] as const)(
    'than one that was %s, and runs, is the one that served last',
    (status) => {
      const releases = [release(1, 'rolled-out'), release(2, 'verified'), release(3, status)];
      const [unserved] = mayRunUnserved(releases, undefined);
      expect(unserved?.number).toBe(3);
      expect(chooseTarget(releases, previous, undefined, unserved).release.number).toBe(2);
      expect(chooseTarget(releases, previous, [WEB], unserved).release.number).toBe(2);
      expect(chooseTarget(releases, previous).release.number).toBe(1);
    },
  );

  test('than one that runs and never served leaves alone what came with that', () => {
    const releases = [release(1, 'rolled-out'), release(2, 'interrupted', [WEB, API])];
    const { sources, left } = chooseTarget(releases, previous, undefined, releases[1]);
    expect([...sources.keys()]).toEqual([WEB]);
    expect(left).toEqual([API]);
  });

  test('that does not exist is refused with what there is', () => {
    expect(() => chooseTarget([release(1, 'rolled-out')], previous)).toThrow(
      'There is no release before release 1 that served. There are: 1 (rolled-out, v1).',
    );
    expect(() => chooseTarget([], previous)).toThrow('The ledger is empty');
    const version = '0123456789abcdef0123456789abcdef01234567';
    expect(() => chooseTarget([{ ...release(1, 'rolled-out'), version }], previous)).toThrow(
      'There are: 1 (rolled-out, 0123456).',
    );
  });
});

describe('a release that may run although it never served', () => {
  test('is newer than all that served, and was not taken back', () => {
    const releases = [
      release(1, 'failed'),
      release(2, 'rolled-out'),
      release(3, 'rolled-back'),
      release(4, 'interrupted'),
      release(5, 'failed'),
    ];
    expect(mayRunUnserved(releases, undefined).map(({ number }) => number)).toEqual([5, 4]);
  });

  test('has one of the workloads that are asked for', () => {
    const releases = [release(1, 'rolled-out', [WEB, API]), release(2, 'failed', [API])];
    expect(mayRunUnserved(releases, [WEB])).toEqual([]);
    expect(mayRunUnserved(releases, [API])).toHaveLength(1);
  });
});

describe('the release before, of workloads that are put out by steps of their own', () => {
  const releases = [
    release(1, 'rolled-out', [WEB]),
    release(2, 'adopted', [API]),
    release(3, 'rolled-out', [API]),
    release(4, 'rolled-out', [WEB]),
  ];

  test('is the one before with the same workload, and leaves the others alone', () => {
    const { release: reached, sources, left } = chooseTarget(releases, previous);
    expect(reached.number).toBe(1);
    expect([...sources].map(([name, { number }]) => [name, number])).toEqual([[WEB, 1]]);
    expect(left).toEqual([]);
  });

  test('may be asked for by workload', () => {
    expect(chooseTarget(releases, previous, [API]).release.number).toBe(2);
    const both = chooseTarget(releases, previous, [WEB, API]);
    expect([...both.sources].map(([name, { number }]) => [name, number])).toEqual([
      [WEB, 1],
      [API, 3],
    ]);
  });

  test('undoes the newest that was put out, not what was only found', () => {
    const undone = [
      release(0, 'adopted', [WEB]),
      release(1, 'rolled-out', [WEB]),
      release(2, 'adopted', [API]),
    ];
    expect(chooseTarget(undone, previous).release.number).toBe(0);
  });

  test('leaves a workload that came with it, and says which', () => {
    const first = [release(1, 'rolled-out', [WEB]), release(2, 'rolled-out', [WEB, API])];
    expect(chooseTarget(first, previous)).toMatchObject({ left: [API] });
    expect(() => chooseTarget(first, previous, [WEB, API])).toThrow(
      'There is no release before release 2 with which deployment/api served. Nothing was changed.',
    );
  });
});

describe('a release by number', () => {
  const releases = [release(1, 'rolled-out'), release(2, 'failed'), release(3, 'rolled-back')];

  test('is taken when it served, also when it was taken back since', () => {
    expect(chooseTarget(releases, { to: 'release', number: 1 }).release.number).toBe(1);
    expect(chooseTarget(releases, { to: 'release', number: 3 }).release.number).toBe(3);
  });

  test('that never served is refused', () => {
    expect(() => chooseTarget(releases, { to: 'release', number: 2 })).toThrow(
      'never served (failed)',
    );
  });

  test('that does not have the workload that is asked for is refused', () => {
    expect(() => chooseTarget(releases, { to: 'release', number: 1 }, [API])).toThrow(
      'Release 1 has deployment/web, and not deployment/api. Nothing was changed.',
    );
  });

  test('that is not there is refused with what there is', () => {
    expect(() => chooseTarget(releases, { to: 'release', number: 9 })).toThrow('There are: 3');
  });
});

describe('the last verified release', () => {
  const to = 'last-verified';

  test('is what is gone back to, however much served since', () => {
    const releases = [
      release(1, 'verified'),
      release(2, 'verified'),
      release(3, 'rolled-out'),
      release(4, 'failed'),
      release(5, 'rolled-out'),
    ];
    expect(chooseTarget(releases, { to })).toMatchObject({ release: { number: 2 }, left: [] });
  });

  test('is put back to what it was when it still should be running', () => {
    const releases = [release(1, 'rolled-out'), release(2, 'verified')];
    expect(chooseTarget(releases, { to }).release.number).toBe(2);
  });

  test('of each workload is its own, and what is only of a later one is left', () => {
    const releases = [
      release(1, 'verified', [API]),
      release(2, 'verified', [WEB]),
      release(3, 'rolled-out', [WEB, API, 'deployment/new']),
    ];
    const { sources, left } = chooseTarget(releases, { to });
    expect([...sources].map(([name, { number }]) => [name, number])).toEqual([
      [WEB, 2],
      [API, 1],
    ]);
    expect(left).toEqual(['deployment/new']);
  });

  test('is refused for a workload that is of none, whatever else is asked for', () => {
    const releases = [release(1, 'verified', [WEB]), release(2, 'rolled-out', [WEB, API])];
    expect(() => chooseTarget(releases, { to }, [WEB, API])).toThrow(
      'No verified release has deployment/api. There are: 2 (rolled-out, v2); 1 (verified, v1). Nothing was changed.',
    );
  });

  test('is the one before the present where none was verified', () => {
    const releases = [release(1, 'rolled-out'), release(2, 'rolled-out')];
    expect(chooseTarget(releases, { to }).release.number).toBe(1);
  });

  test('is not one that was taken back', () => {
    const releases = [release(1, 'verified'), release(2, 'rolled-back', [WEB], [WEB])];
    expect(chooseTarget(releases, { to }).release.number).toBe(1);
  });
});

describe('after a failure', () => {
  test('the target is what should be running', () => {
    const releases = [release(1, 'rolled-out'), release(2, 'rolled-out'), release(3, 'failed')];
    expect(targetAfterFailure(releases, release(3, 'failed'), [WEB])?.release.number).toBe(2);
  });

  test('the target is what was verified, rather than what only served', () => {
    const releases = [release(1, 'verified'), release(2, 'rolled-out'), release(3, 'failed')];
    expect(targetAfterFailure(releases, release(3, 'failed'), [WEB])?.release.number).toBe(1);
  });

  test('of the first release there is none', () => {
    const first = release(1, 'failed');
    expect(targetAfterFailure([first], first, [WEB])).toBeUndefined();
  });
});

describe('the input "to"', () => {
  test('is read', () => {
    expect(parseRollbackRequest('previous')).toEqual({ to: 'previous' });
    expect(parseRollbackRequest('last-verified')).toEqual({ to: 'last-verified' });
    expect(parseRollbackRequest('revision:3')).toEqual({ to: 'revision', number: 3 });
    expect(parseRollbackRequest('release:12')).toEqual({ to: 'release', number: 12 });
  });

  test.each(['', '3', 'revision:', 'revision:x', 'last'])('is refused: "%s"', (text) => {
    expect(() => parseRollbackRequest(text)).toThrow(
      'write previous, last-verified, release:N or revision:N',
    );
  });
});

describe('whether a failure is rolled back', () => {
  const failure = (reason: string, status: 'failed' | 'timed-out' = 'failed'): Verdict => {
    const finding = { reason, class: 'probable' as const, message: '' };
    return { status, message: '', finding, findings: [finding] };
  };
  const app = { onFailure: 'rollback', rollbackOn: 'app' } as const;

  test('a crash and a time-out are', () => {
    expect(whyNotRolledBack(failure('CrashLoop'), app)).toBeUndefined();
    expect(whyNotRolledBack(failure('NotReady', 'timed-out'), app)).toBeUndefined();
  });

  test('nothing is with on-failure: none', () => {
    expect(whyNotRolledBack(failure('CrashLoop'), { ...app, onFailure: 'none' })).toBeDefined();
  });

  test("somebody else's rollout never is", () => {
    const superseded: Verdict = { status: 'superseded', message: '' };
    expect(whyNotRolledBack(superseded, { ...app, rollbackOn: 'any' })).toBeDefined();
  });

  test('an unknown end only is when any failure should be', () => {
    const unknown: Verdict = { status: 'unknown', message: '' };
    expect(whyNotRolledBack(unknown, app)).toBeDefined();
    expect(whyNotRolledBack(unknown, { ...app, rollbackOn: 'any' })).toBeUndefined();
  });

  test('what a rollback cannot cure is not', () => {
    expect(whyNotRolledBack(failure('Paused'), app)).toBe('a rollback would not cure it');
  });
});
