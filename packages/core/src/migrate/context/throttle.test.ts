import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { holdBack, pauseAfter } from './throttle.ts';

describe('a throttle', () => {
  test('keeps the pace below its limit, however long the batches take', () => {
    const batch = fc.record({ documents: fc.nat(5_000), takes: fc.nat(3_000) });
    fc.assert(
      fc.property(fc.array(batch), fc.integer({ min: 1, max: 10_000 }), (batches, limit) => {
        let now = 0;
        let done = 0;
        for (const { documents, takes } of batches) {
          const begun = now;
          const ended = begun + takes;
          now = ended + pauseAfter({ documentsPerSecond: limit }, { documents, begun, ended });
          done += documents;
        }
        expect(done).toBeLessThanOrEqual((now / 1_000) * limit + 1e-6);
      }),
    );
  });

  test('does not hold back what is slower than its limit', () => {
    const batch = { documents: 100, begun: 0, ended: 2_000 };
    expect(pauseAfter({ documentsPerSecond: 100 }, batch)).toBe(0);
    expect(pauseAfter({ documentsPerSecond: 25 }, batch)).toBe(2_000);
  });

  test('pauses after each batch where it is a pause; otherwise not at all', () => {
    const batch = { documents: 1, begun: 0, ended: 9_000 };
    expect(pauseAfter({ pauseMilliseconds: 200 }, batch)).toBe(200);
    expect(pauseAfter(undefined, batch)).toBe(0);
  });

  test('ends its pause when the run is cancelled', async () => {
    const cancel = new AbortController();
    const slept: number[] = [];
    const clock = {
      now: () => 0,
      sleep: async (milliseconds: number, signal?: AbortSignal) => {
        slept.push(milliseconds);
        cancel.abort(new Error('cancelled'));
        signal?.throwIfAborted();
      },
    };
    const throttle = { documentsPerSecond: 10 };
    await expect(
      holdBack(throttle, { documents: 20, begun: 0 }, clock, cancel.signal),
    ).rejects.toThrow('cancelled');
    expect(slept).toEqual([2_000]);
  });
});
