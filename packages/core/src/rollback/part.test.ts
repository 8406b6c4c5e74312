import { expect, test } from '@jest/globals';
import { release } from '../release/release.test-data.ts';
import { partAfterFailure, partOfRollback } from './part.ts';
import { chooseTarget, targetAfterFailure } from './target.ts';

const WEB = 'deployment/web';
const API = 'deployment/api';
const BOTH = [WEB, API];
const previous = { to: 'previous' } as const;

/** What part of the second of these releases goes back to the one before. */
function part(
  [first, second]: readonly [readonly string[], readonly string[]],
  takenBack: readonly string[] = [],
  asked?: readonly string[],
) {
  const left = release(2, 'rolled-out', second, takenBack);
  const releases = [release(1, 'verified', first), left];
  return partOfRollback(left, chooseTarget(releases, previous, asked));
}

test('a rollback of all workloads is whole', () => {
  expect(part([BOTH, BOTH])).toBeUndefined();
  expect(part([[WEB], [WEB]])).toBeUndefined();
});

test('a rollback of some is told with those', () => {
  expect(part([BOTH, BOTH], [], [WEB])).toEqual([WEB]);
  expect(part([[WEB], BOTH])).toEqual([WEB]);
  expect(part([BOTH, [WEB]])).toEqual([WEB]);
});

test('what was taken back before stays nowhere', () => {
  const left = release(2, 'rolled-out', BOTH, [API]);
  const back = release(1, 'verified', [WEB]);
  expect(partOfRollback(left, { release: back, sources: new Map([[WEB, back]]) })).toBeUndefined();
});

test('after a failure only what did not serve before stays', () => {
  const releases = [release(1, 'verified', [WEB]), release(2, 'failed', BOTH)];
  const after = (changed: readonly string[]) => {
    const target = targetAfterFailure(releases, release(2, 'failed', BOTH), changed);
    return target && partAfterFailure(target);
  };
  expect(after([WEB])).toBeUndefined();
  expect(after(BOTH)).toEqual([WEB]);
});
