import { describe, expect, it } from '@jest/globals';
import { inLanes } from './lanes.ts';

describe('work in lanes', () => {
  it('does as many groups at a time as there are lanes, and each group in its order', async () => {
    const log: string[] = [];
    const { promise: second, resolve: secondBegan } = Promise.withResolvers<void>();
    await inLanes([['a1', 'a2'], ['b1'], ['c1']], 2, async (item) => {
      log.push(item);
      if (item === 'b1') secondBegan();
      if (item === 'a1') await second;
    });
    expect(log.slice(0, 2)).toEqual(['a1', 'b1']);
    expect([...log].sort()).toEqual(['a1', 'a2', 'b1', 'c1']);
    expect(log.indexOf('a1')).toBeLessThan(log.indexOf('a2'));
  });

  it('ends the other lanes at the first error, waits for them, and throws it', async () => {
    const log: string[] = [];
    const work = inLanes([['slow', 'never'], ['bad'], ['nor this']], 2, async (item, signal) => {
      log.push(item);
      if (item === 'bad') throw new Error('no room on the disk');
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      log.push('cleaned up');
    });
    await expect(work).rejects.toThrow('no room on the disk');
    expect(log).toEqual(['slow', 'bad', 'cleaned up']);
  });

  it('begins nothing more once it is interrupted', async () => {
    const interrupted = new AbortController();
    const log: string[] = [];
    const work = inLanes(
      [['one', 'two']],
      2,
      async (item) => {
        log.push(item);
        interrupted.abort(new Error('interrupted'));
      },
      interrupted.signal,
    );
    await expect(work).rejects.toThrow('interrupted');
    expect(log).toEqual(['one']);
  });
});
