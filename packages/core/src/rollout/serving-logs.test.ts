import { expect, test } from '@jest/globals';
import { virtualClock } from '../clock.test-data.ts';
import { UnreachableError } from '../cluster/api-error.ts';
import type { Connection } from '../cluster/connection.ts';
import type { Pod } from '../workload/types.ts';
import { collectServingLogs, containersToHear } from './serving-logs.ts';

function pod(name: string, born: string, leaving = false): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      creationTimestamp: born,
      ...(leaving ? { deletionTimestamp: born } : {}),
    },
    spec: { containers: [{ name: 'web' }] },
    status: { containerStatuses: [{ name: 'web' }] },
  } as unknown as Pod;
}

test('the last words are those of the three youngest pods, without those that go', () => {
  const pods = ['1', '5', '3', '2', '4'].map((born) => pod(`web-${born}`, born));
  expect(containersToHear([...pods, pod('web-6', '6', true)])).toEqual([
    { pod: 'web-5', container: 'web' },
    { pod: 'web-4', container: 'web' },
    { pod: 'web-3', container: 'web' },
  ]);
});

const web = { kind: 'Deployment', namespace: 'shop', name: 'web' } as const;
const { signal } = new AbortController();

test('logs that cannot be had hold nothing up', async () => {
  const away: Partial<Connection> = {
    request: () => Promise.reject(new UnreachableError('away', 'not-sent')),
  };
  const clock = virtualClock();
  expect(await collectServingLogs(away as Connection, [web], clock, signal)).toEqual([]);
});

test('logs that do not come are given up after 3 s', async () => {
  const clock = virtualClock();
  const silent: Partial<Connection> = {
    request: <T>(_: unknown, options?: { readonly signal?: AbortSignal }) =>
      new Promise<T>((_resolve, reject) => {
        options?.signal?.addEventListener('abort', () => reject(options.signal?.reason));
      }),
  };
  let done = false;
  const logs = collectServingLogs(silent as Connection, [web], clock, signal).finally(() => {
    done = true;
  });
  await clock.until(() => done);
  expect(await logs).toEqual([]);
  expect(clock.now()).toBe(3_000);
});
