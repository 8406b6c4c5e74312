import { describe, expect, test } from '@jest/globals';
import { release } from '../release/release.test-data.ts';
import { fatesAfter } from './record.ts';
import { chooseTarget } from './target.ts';

const WEB = 'deployment/web';
const API = 'deployment/api';

describe('what the ledger says after a rollback', () => {
  test('the newer releases that served were rolled back, and a failed one stays failed', () => {
    const releases = [
      release(1, 'rolled-out'),
      release(2, 'rolled-out'),
      release(3, 'failed'),
      release(4, 'verified'),
    ];
    const fates = fatesAfter(releases, chooseTarget(releases, { to: 'release', number: 1 }));
    expect(fates.map((fate) => [fate.release.number, fate.status])).toEqual([
      [2, 'rolled-back'],
      [4, 'rolled-back'],
    ]);
  });

  test('a release of several workloads is rolled back once all of them were', () => {
    const releases = [release(1, 'verified', [WEB, API]), release(2, 'verified', [WEB, API])];
    const target = chooseTarget(releases, { to: 'previous' }, [WEB]);
    const [fate, ...others] = fatesAfter(releases, target);
    expect(others).toEqual([]);
    expect(fate).toEqual({ release: releases[1], status: 'verified', takenBack: [WEB] });

    const half = [release(1, 'verified', [WEB, API]), release(2, 'verified', [WEB, API], [WEB])];
    expect(fatesAfter(half, chooseTarget(half, { to: 'previous' }))).toEqual([
      { release: half[1], status: 'rolled-back', takenBack: [WEB, API] },
    ]);
  });

  test('a release that is gone back to after it was rolled back runs again', () => {
    const releases = [release(1, 'verified'), release(2, 'rolled-back', [WEB], [WEB])];
    const target = chooseTarget(releases, { to: 'release', number: 2 });
    expect(fatesAfter(releases, target)).toEqual([
      { release: releases[1], status: 'rolled-out', takenBack: [] },
    ]);
  });

  test('a release of other workloads is not concerned', () => {
    const releases = [
      release(1, 'rolled-out', [WEB]),
      release(2, 'rolled-out', [API]),
      release(3, 'rolled-out', [WEB]),
    ];
    expect(fatesAfter(releases, chooseTarget(releases, { to: 'previous' }))).toEqual([
      { release: releases[2], status: 'rolled-back', takenBack: [WEB] },
    ]);
  });

  test('a release without workloads is rolled back with what came before it', () => {
    const releases = [release(1, 'rolled-out'), release(2, 'rolled-out', [])];
    expect(fatesAfter(releases, chooseTarget(releases, { to: 'previous' }))).toEqual([
      { release: releases[1], status: 'rolled-back', takenBack: [] },
    ]);
  });
});
