import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { UnreachableError } from '../../cluster/api-error.ts';
import { type Live, type LiveWorkload, WorkloadAbsentError } from '../../workload/live.ts';
import type { Pod } from '../../workload/types.ts';
import { formerPodsPattern, podsPattern, readLive } from './pods.ts';
import { fillInLater, windowOf } from './variables.ts';

const pod = (name: string): Pod => ({ metadata: { name } }) as Pod;

describe('{{window}}', () => {
  test.each([
    [0, undefined, '30s'],
    [10_000, 15_000, '30s'],
    [10_000, 60_000, '120s'],
    [90_000, 15_000, '90s'],
    [3_600_000, 15_000, '300s'],
    [0, 600_000, '300s'],
  ])('after %i ms with scrapes every %p ms is %s', (elapsed, interval, window) => {
    expect(windowOf(elapsed, interval)).toBe(window);
  });

  test('is never shorter than 30 s nor longer than 5 m, and never shrinks', () => {
    const time = fc.integer({ min: 0, max: 10_000_000 });
    fc.assert(
      fc.property(time, time, fc.option(time, { nil: undefined }), (one, other, interval) => {
        const [first, second] = [Math.min(one, other), Math.max(one, other)].map((elapsed) =>
          Number.parseInt(windowOf(elapsed, interval), 10),
        );
        expect(first).toBeGreaterThanOrEqual(30);
        expect(second).toBeLessThanOrEqual(300);
        expect(second).toBeGreaterThanOrEqual(first ?? 0);
      }),
    );
  });
});

describe('{{pods}}', () => {
  test('is all new pods and no others, whatever is in their names', () => {
    const pattern = podsPattern([pod('shop.v2-1'), pod('api-0')]);
    expect(pattern).toBe('api-0|shop[.]v2-1');
    const matches = new RegExp(`^(?:${pattern})$`);
    expect(matches.test('shop.v2-1')).toBe(true);
    expect(matches.test('shopXv2-1')).toBe(false);
    expect(matches.test('api-01')).toBe(false);
  });

  test('is, for the time before the release, what pods of the workloads are called', () => {
    const workload = (kind: string, name: string) => ({ workload: { kind, name } }) as LiveWorkload;
    const pattern = formerPodsPattern([
      workload('Deployment', 'shop'),
      workload('StatefulSet', 'db'),
      workload('DaemonSet', 'agent'),
    ]);
    const matches = new RegExp(`^(?:${pattern})$`);
    const own = ['shop-7c9f8d-x2x4z', 'db-0', 'db-12', 'agent-x2x4z'];
    expect(own.filter((name) => matches.test(name))).toEqual(own);
    const others = ['shop-api-7c9f8d-x2x4z', 'db-x', 'agent-x2x4z-1', 'shop-0'];
    expect(others.filter((name) => matches.test(name))).toEqual([]);
  });

  test('and {{window}} are filled in wherever they stand', () => {
    const values = { pods: 'a|b', window: '30s' };
    expect(fillInLater('rate(x{pod=~"{{pods}}"}[{{ window }}])', values)).toBe(
      'rate(x{pod=~"a|b"}[30s])',
    );
  });
});

describe('workloads that cannot be looked at', () => {
  const failing = (error: Error) =>
    readLive(
      { read: () => Promise.reject(error) } as unknown as Live,
      new AbortController().signal,
    );

  test('are no error where they are not there, as before a first release', async () => {
    expect(await failing(new WorkloadAbsentError('There is no deployment/web.'))).toMatchObject({
      outcome: 'inconclusive',
      message: 'There is no deployment/web',
    });
  });

  test('are an error where nobody answers', async () => {
    const away = new UnreachableError('The API server is away', 'broken');
    expect(await failing(away)).toMatchObject({ outcome: 'error' });
  });
});
