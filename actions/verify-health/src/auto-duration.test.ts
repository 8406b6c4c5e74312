import { describe, expect, test } from '@jest/globals';
import { longestNeed } from './auto-duration.ts';

describe('duration: auto', () => {
  test.each([
    [[60_000, 660_000, undefined], 660_000, 'auto is 11 m, as long as the check "check 1" needs.'],
    [[undefined], 30_000, 'auto is 30 s, because no check says that it needs longer.'],
    [[], 30_000, 'because no check says'],
    [[5_000], 30_000, 'the least that it can be: the check "check 0" needs 5 s.'],
    [[7_200_000], 1_800_000, 'the most that it can be, although the check "check 0" needs 2 h.'],
  ] as const)('with checks that need %j is %i ms, and says why', (needs, duration, reason) => {
    const chosen = longestNeed(needs.map((one, index) => ({ name: `check ${index}`, needs: one })));
    expect(chosen.duration).toBe(duration);
    expect(chosen.reason).toContain(reason);
  });
});
