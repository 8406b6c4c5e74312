import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { currentRelease, releasesToPrune, servedBefore, serves, whyNotServing } from './history.ts';
import { release } from './release.test-data.ts';
import { RELEASE_STATUSES, type Release } from './release.ts';

const WEB = 'deployment/web';
const API = 'deployment/api';

describe('the current release', () => {
  test('is the newest that served and was not taken back', () => {
    const releases = [
      release(1, 'verified'),
      release(2, 'rolled-out'),
      release(3, 'failed'),
      release(4, 'rolled-back'),
    ];
    expect(currentRelease(releases)?.number).toBe(2);
  });

  test('is what was found only where nothing was put out', () => {
    const found = release(2, 'adopted', [API]);
    expect(currentRelease([release(1, 'rolled-out'), found])?.number).toBe(1);
    expect(currentRelease([found])?.number).toBe(2);
    expect(currentRelease([])).toBeUndefined();
  });
});

describe('what a workload served with before', () => {
  const releases = [
    release(1, 'rolled-out', [WEB]),
    release(2, 'rolled-out', [API, WEB], [WEB]),
    release(3, 'failed', [WEB]),
    release(4, 'rolled-out', [WEB]),
  ];

  test('is neither a failed release, nor one that it was taken back from, nor one without it', () => {
    expect(servedBefore(releases, WEB)?.number).toBe(4);
    expect(servedBefore(releases, WEB, 4)?.number).toBe(1);
    expect(servedBefore(releases, API, 4)?.number).toBe(2);
    expect(servedBefore(releases, API, 2)).toBeUndefined();
  });
});

describe('a release that was verified', () => {
  const second = release(2, 'rolled-out');
  const why = (...others: readonly Release[]) => whyNotServing([...others, second], second);

  test('serves, when it was rolled out and nothing came after it', () => {
    expect(why()).toBeUndefined();
    expect(why(release(1, 'verified'), release(3, 'failed'))).toBeUndefined();
    expect(why(release(3, 'rolled-out', [API]))).toBeUndefined();
    expect(whyNotServing([release(2, 'verified')], second)).toBeUndefined();
  });

  test.each([
    ['another was rolled out', 'rolled-out', 'release 3 serves since'],
    ['another was verified', 'verified', 'release 3 serves since'],
    ['another is on its way', 'started', 'release 3 is being rolled out'],
  ] as const)('serves no more when %s meanwhile', (_, status, reason) => {
    expect(why(release(3, status))).toBe(reason);
    expect(why(release(3, status, []))).toBe(reason);
  });

  test.each([
    ['rolled-back', 'it was rolled back'],
    ['superseded', "somebody else's change has taken its place"],
    ['failed', 'it has failed'],
    ['interrupted', 'its run ended before it was rolled out'],
    ['started', 'it is not rolled out yet'],
    ['adopted', 'it is what was found at the first rollout'],
  ] as const)('does not serve when it is %s', (status, reason) => {
    expect(whyNotServing([release(2, status)], second)).toBe(reason);
  });

  test('does not serve as a whole when a workload was taken back, or it is gone', () => {
    const half = release(2, 'rolled-out', [WEB, API], [API]);
    expect(whyNotServing([half], half)).toBe('deployment/api was taken back to an earlier release');
    expect(whyNotServing([], second)).toBe('it is not in the ledger any more');
  });
});

describe('pruning', () => {
  const anyReleases = fc.uniqueArray(
    fc
      .record({
        number: fc.nat(60),
        status: fc.constantFrom(...RELEASE_STATUSES),
        workloads: fc.subarray([WEB, API]),
      })
      .map(({ number, status, workloads }) => release(number, status, workloads)),
    { selector: ({ number }) => number },
  );

  test('keeps the newest ten, the last verified, and a way back for every workload, whatever happened', () => {
    fc.assert(
      fc.property(anyReleases, (releases) => {
        const pruned = new Set(releasesToPrune(releases).map(({ number }) => number));
        const kept = releases.filter(({ number }) => !pruned.has(number));
        const numbers = releases.map(({ number }) => number).sort((a, b) => b - a);
        expect(kept.length).toBeLessThanOrEqual(18);
        for (const number of numbers.slice(0, 10)) expect(pruned.has(number)).toBe(false);
        const verified = releases
          .filter(({ status }) => status === 'verified')
          .map(({ number }) => number);
        if (verified.length > 0) expect(pruned.has(Math.max(...verified))).toBe(false);
        expect(currentRelease(kept)?.number).toBe(currentRelease(releases)?.number);
        for (const workload of [WEB, API]) {
          const last = servedBefore(releases, workload);
          expect(servedBefore(kept, workload)).toBe(last);
          const before = servedBefore(releases, workload, last?.number);
          expect(servedBefore(kept, workload, last?.number)).toBe(before);
        }
      }),
    );
  });

  test('forgets the eleventh of a workload that served often', () => {
    const releases = Array.from({ length: 12 }, (_, index) => release(index + 1, 'rolled-out'));
    expect(releasesToPrune(releases).map(({ number }) => number)).toEqual([2, 1]);
    expect(releases.every((one) => serves(one, WEB))).toBe(true);
  });
});
