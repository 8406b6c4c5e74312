import { describe, expect, test } from '@jest/globals';
import { ApiError } from '../../cluster/api-error.ts';
import { type Line, podOf, restarted } from './kubelet.test-data.ts';
import { ground, READY } from './pods-ground.test-data.ts';

describe('a container that was restarted', () => {
  test('is read in its run before, too, when it is met first', async () => {
    const { kubelet, pods, measure } = ground({ a: [READY] });
    kubelet.runs.set('a', [[[0.1, 'panic: x']], [READY]]);
    pods[0] = podOf('a', restarted(1, 0.2));
    const seen = await measure();
    expect(seen).toMatchObject({ outcome: 'failed', number: 1 });
    expect(seen.message).toContain('panic: x');
  });

  test('between two measurements has nothing lost and nothing counted twice', async () => {
    const { kubelet, pods, measure } = ground({ a: [READY, [1, 'ERROR a']] }, { max: 9 });
    expect((await measure()).number).toBe(1);
    kubelet.runs.set('a', [[READY, [1, 'ERROR a'], [5, 'ERROR b']], [[6, 'ERROR c']]]);
    pods[0] = podOf('a', restarted(1, 5));
    expect((await measure()).number).toBe(3);
    expect((await measure()).number).toBe(3);
  });

  test('of which is heard later than its new log was read has nothing lost either', async () => {
    const { kubelet, pods, measure } = ground({ a: [READY, [1, 'ERROR a']] }, { max: 9 });
    expect((await measure()).number).toBe(1);
    kubelet.runs.set('a', [[READY, [1, 'ERROR a'], [5, 'ERROR b']], [[7, 'ERROR c']]]);
    expect((await measure()).number).toBe(2);
    pods[0] = podOf('a', restarted(1, 5));
    expect((await measure()).number).toBe(3);
  });

  test('too often has runs that can be read no more, which is said', async () => {
    const { kubelet, pods, measure } = ground({ a: [READY] });
    kubelet.runs.set('a', [[[1, 'x']], [[2, 'y']]]);
    pods[0] = podOf('a', restarted(3, 1));
    expect((await measure()).warnings).toEqual(['2 earlier runs of web of a can be read no more']);
  });

  test('and waits to be restarted again is read in its last run', async () => {
    const { kubelet, pods, measure } = ground({ a: [] });
    kubelet.waiting = true;
    kubelet.runs.set('a', [[[1, 'fatal: x']]]);
    const state = { waiting: { reason: 'CrashLoopBackOff' } };
    pods[0] = podOf('a', { ...restarted(1, 2), state });
    expect(await measure()).toMatchObject({ outcome: 'failed', number: 1 });
  });
});

describe('a log of more than is read at once', () => {
  const long = (count: number, at: (index: number) => number): Line[] =>
    Array.from({ length: count }, (_, index) => [at(index), `info ${'x'.repeat(1_000)}`]);

  test('is read on at the next measurements, and proves nothing before', async () => {
    const lines = [...long(2_500, (index) => index / 10), [300, 'ERROR at the end'] as Line];
    const { measure } = ground({ a: lines });
    const first = await measure();
    expect(first).toMatchObject({ outcome: 'inconclusive' });
    expect(first.message).toContain(
      'the log of a is longer than what is read at once (1 MiB a pod)',
    );
    expect((await measure()).outcome).toBe('inconclusive');
    expect(await measure()).toMatchObject({ outcome: 'failed', number: 1 });
  });

  test('does not keep the other containers of the pod from being read', async () => {
    const { kubelet, pods, measure } = ground({ a: long(2_500, (index) => index / 10) });
    kubelet.runs.set('a/proxy', [[[1, 'ERROR x']]]);
    const [web] = pods[0]?.status?.containerStatuses ?? [];
    if (!web || !pods[0]) throw new Error('no container');
    const containerStatuses = [web, { ...web, name: 'proxy' }];
    pods[0] = { ...pods[0], status: { ...pods[0].status, containerStatuses } };
    const seen = await measure();
    expect(seen).toMatchObject({ outcome: 'failed', number: 1 });
    expect(seen.message).toContain('said by proxy of a');
  });

  test('in one second is left behind, which is said', async () => {
    const lines = [...long(2_500, () => 1), [2, 'ERROR x'] as Line];
    const { measure } = ground({ a: lines });
    await measure();
    expect((await measure()).warnings).toEqual([
      'lines of web of a were left out: too many in one second',
    ]);
    expect((await measure()).outcome).toBe('failed');
  });
});

describe('logs that cannot be read', () => {
  const refusal = new ApiError(
    'The API server refused to read the log: forbidden.',
    403,
    {},
    undefined,
  );

  test('are an error, with what the API server says', async () => {
    const { kubelet, measure } = ground({ a: [READY] });
    kubelet.refusal = refusal;
    const seen = await measure();
    expect(seen).toMatchObject({ outcome: 'error', retry: true });
    expect(seen.message).toContain('refused to read the log: forbidden');
  });

  test('do not hide an error that was read before', async () => {
    const { kubelet, measure } = ground({ a: [[1, 'ERROR x']] });
    await measure();
    kubelet.refusal = refusal;
    expect((await measure()).outcome).toBe('failed');
  });

  test('in time are an error that says how long was waited', async () => {
    const { kubelet, measure } = ground({ a: [READY] }, { timeout: '100ms' });
    kubelet.silence = true;
    expect((await measure()).message).toContain('did not come within 0.1 s');
  });

  test('are read on where they ended, once they can be read', async () => {
    const { kubelet, measure } = ground({ a: [READY] });
    await measure();
    kubelet.refusal = refusal;
    await measure();
    kubelet.refusal = undefined;
    kubelet.runs.get('a')?.[0]?.push([2, 'ERROR x']);
    expect(await measure()).toMatchObject({ outcome: 'failed', number: 1 });
  });
});
