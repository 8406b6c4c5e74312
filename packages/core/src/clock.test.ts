import { describe, expect, test } from '@jest/globals';
import { systemClock } from './clock.ts';

describe('a pause', () => {
  test('that is cancelled ends with the reason of the cancellation', async () => {
    const stop = new AbortController();
    const pause = systemClock.sleep(60_000, stop.signal);
    stop.abort(new Error('cancelled by the user'));
    await expect(pause).rejects.toThrow('cancelled by the user');
  });

  test('does not begin after the cancellation', async () => {
    const signal = AbortSignal.abort(new Error('cancelled by the user'));
    await expect(systemClock.sleep(60_000, signal)).rejects.toThrow('cancelled by the user');
  });
});
