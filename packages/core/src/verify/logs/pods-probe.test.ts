import { describe, expect, test } from '@jest/globals';
import { ApiError } from '../../cluster/api-error.ts';
import { UserError } from '../../errors.ts';
import type { JsonValue } from '../check.ts';
import type { Line } from './kubelet.test-data.ts';
import { ground, NEVER, READY } from './pods-ground.test-data.ts';

describe('the logs of the new pods', () => {
  test('without a line of the level are good, and how much was read is said', async () => {
    const seen = await ground({ a: [READY], b: [READY, [1, 'WARN slow']] }).measure();
    expect(seen).toMatchObject({ outcome: 'succeeded', number: 0, value: '0 lines' });
    expect(seen.message).toBe('no line of level error or worse among 3 lines of 2 pods');
  });

  test('with an error are bad at once, with the line and who said it', async () => {
    const seen = await ground({ a: [READY, [2, 'ERROR order 12 failed']], b: [READY] }).measure();
    expect(seen).toMatchObject({ outcome: 'failed', retry: false, number: 1 });
    expect(seen.message).toContain(
      '1 × ERROR order <n> failed; the first: ERROR order 12 failed, said by web of a',
    );
    expect(seen.excerpt).toBe('ERROR order 12 failed');
  });

  test('are read from the beginning, and then only on: each line counts once', async () => {
    const { kubelet, measure } = ground({ a: [READY, [1.25, 'ERROR x']] }, { max: 2 });
    const { runs, requests } = kubelet;
    expect((await measure()).number).toBe(1);
    expect((await measure()).number).toBe(1);
    runs.get('a')?.[0]?.push([1.75, 'ERROR x']);
    expect((await measure()).number).toBe(2);
    runs.get('a')?.[0]?.push([3, 'ERROR x']);
    expect(await measure()).toMatchObject({ outcome: 'failed', number: 3 });
    expect(requests).toEqual([
      'a all',
      'a 2024-01-02T03:04:01.250000000Z',
      'a 2024-01-02T03:04:01.250000000Z',
      'a 2024-01-02T03:04:01.750000000Z',
    ]);
  });

  test('count lines of the same moment each', async () => {
    const { kubelet, measure } = ground(
      {
        a: [
          [1, 'ERROR x'],
          [1, 'ERROR x'],
        ],
      },
      { max: 9 },
    );
    expect((await measure()).number).toBe(2);
    kubelet.runs.get('a')?.[0]?.push([1, 'ERROR x']);
    expect((await measure()).number).toBe(3);
  });

  test.each([
    ['warn', 3],
    ['error', 2],
    ['fatal', 1],
  ])('of level %s and worse count: %i', async (level, number) => {
    const lines: Line[] = [
      [1, 'WARN a'],
      [2, 'ERROR b'],
      [3, 'FATAL c'],
    ];
    expect((await ground({ a: lines }, { level, max: 9 }).measure()).number).toBe(number);
  });

  test('count no line that ignore finds', async () => {
    const logs = {
      a: [
        [1, 'ERROR no favicon.ico'],
        [2, 'ERROR x'],
      ] as Line[],
    };
    expect(await ground(logs, { ignore: ['favicon'], max: 1 }).measure()).toMatchObject({
      outcome: 'succeeded',
      number: 1,
    });
  });

  test('are refused with a pattern that is none, or a workload that is not verified', () => {
    expect(() => ground({}, { name: 'errors', ignore: ['('] })).toThrow(UserError);
    expect(() => ground({}, { workloads: ['deployment/wbe'] })).toThrow(
      'deployment/wbe is not one of the workloads that are verified: deployment/web',
    );
    expect(ground({}, { workloads: ['deploy/web'] }).probe.target).toContain('deployment/web');
  });

  test('with a pattern that takes for ever are an error, not a hanging step', async () => {
    const logs = { a: [[1, `ERROR ${'a'.repeat(60)}b`]] as Line[] };
    expect(await ground(logs, { ignore: ['(a+)+$'] }).measure()).toMatchObject({
      outcome: 'error',
      retry: false,
    });
  });
});

describe('silence', () => {
  test('of one pod proves nothing, and names it', async () => {
    const seen = await ground({ a: [READY], b: [] }).measure();
    expect(seen).toMatchObject({ outcome: 'inconclusive', retry: true });
    expect(seen.message).toBe('b has logged nothing since the start');
    expect(seen.hint).toContain('require-lines: false');
  });

  test('is good with require-lines: false', async () => {
    const seen = await ground({ a: [], b: [] }, { 'require-lines': false }).measure();
    expect(seen.outcome).toBe('succeeded');
  });

  test('is over with the first line, whenever it was said', async () => {
    const { kubelet, measure } = ground({ a: [] });
    expect((await measure()).outcome).toBe('inconclusive');
    kubelet.runs.get('a')?.[0]?.push(READY);
    expect((await measure()).outcome).toBe('succeeded');
    expect((await measure()).outcome).toBe('succeeded');
  });

  test('does not hide the error of another pod', async () => {
    expect((await ground({ a: [], b: [[1, 'ERROR x']] }).measure()).outcome).toBe('failed');
  });

  test('without any new pod proves nothing', async () => {
    expect(await ground({}).measure()).toMatchObject({ outcome: 'inconclusive', value: 'no pods' });
  });
});

describe('compared with before the release', () => {
  const BEFORE = { baseline: 'before' };
  const old = {
    a: [
      [0, 'ready'],
      [30, 'ERROR order 1 failed'],
      [60, 'ready'],
    ] as Line[],
  };

  async function kept(): Promise<readonly JsonValue[]> {
    const { probe, measure } = ground(old, BEFORE, undefined, 'before');
    expect(probe.comparable).toBe(true);
    const { keep } = await measure();
    return keep === undefined ? [] : [JSON.parse(JSON.stringify(keep))];
  }

  test('what was there is kept, in which time', async () => {
    expect(await kept()).toEqual([{ minutes: 1, kinds: { 'ERROR order <n> failed': 1 } }]);
  });

  test('nothing is kept where there are no pods, and of a first release an empty past', async () => {
    expect(await ground({}, BEFORE, undefined, 'before').measure()).not.toHaveProperty('keep');
    const first = ground({}, BEFORE, undefined, 'before');
    first.absent();
    const { outcome, keep } = await first.measure();
    expect(outcome).toBe('inconclusive');
    const lines: Line[] = [[1, 'ERROR x']];
    const kept = keep === undefined ? [] : [keep];
    expect((await ground({ a: lines }, BEFORE, kept).measure()).outcome).toBe('failed');
  });

  test('logs that cannot be read before the release are an error, and nothing is kept', async () => {
    const { kubelet, measure } = ground(old, BEFORE, undefined, 'before');
    kubelet.refusal = new ApiError('forbidden', 403, {}, undefined);
    expect(await measure()).not.toHaveProperty('keep');
    expect((await measure()).outcome).toBe('error');
  });

  test('is said beforehand to have nothing to compare with', async () => {
    expect(await ground({}, BEFORE).probe.prepare?.(NEVER)).toEqual([
      expect.stringContaining('nothing was kept by a step with phase: before'),
    ]);
    expect(await ground({}, BEFORE, await kept()).probe.prepare?.(NEVER)).toEqual([]);
  });

  test('a known kind of line is good, a new one bad', async () => {
    const known = await ground(
      { b: [[1, 'ERROR order 7 failed']] },
      BEFORE,
      await kept(),
    ).measure();
    expect(known).toMatchObject({ outcome: 'succeeded', number: 0 });
    const lines: Line[] = [
      [1, 'ERROR order 7 failed'],
      [2, 'ERROR cannot pay'],
    ];
    const seen = await ground({ b: lines }, BEFORE, await kept()).measure();
    expect(seen).toMatchObject({ outcome: 'failed', number: 1 });
    expect(seen.message).toContain('ERROR cannot pay');
    expect(seen.message).not.toContain('ERROR order');
  });

  test('a known kind that comes far more often is bad', async () => {
    const lines = Array.from({ length: 20 }, (_, n): Line => [n, `ERROR order ${n} failed`]);
    const seen = await ground({ b: lines }, BEFORE, await kept()).measure();
    expect(seen).toMatchObject({ outcome: 'failed', number: 20 });
  });

  test('errors prove nothing where nothing was kept, and what to do is said', async () => {
    const seen = await ground({ b: [[1, 'ERROR x']] }, BEFORE).measure();
    expect(seen).toMatchObject({ outcome: 'inconclusive', retry: true });
    expect(seen.hint).toContain('phase: before');
  });

  test('no error is good also where nothing was kept', async () => {
    expect((await ground({ b: [READY] }, BEFORE).measure()).outcome).toBe('succeeded');
  });
});
