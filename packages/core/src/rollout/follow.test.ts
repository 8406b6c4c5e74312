import { describe, expect, test } from '@jest/globals';
import { virtualClock } from '../clock.test-data.ts';
import { ApiError, UnreachableError } from '../cluster/api-error.ts';
import type { Connection } from '../cluster/connection.ts';
import type { KubeObject } from '../cluster/object.ts';
import { added, initialEnd } from '../cluster/watch.test-data.ts';
import { OLD, podAt, statefulSet } from '../workload/kinds/stateful-set.test-data.ts';
import { followRollout } from './follow.ts';
import { DEFAULT_POLICY } from './policy.ts';
import { targetOf } from './rollout.test-data.ts';

const set = statefulSet({}, { updatedReplicas: 0, readyReplicas: 2, availableReplicas: 2 });
const wedged = [podAt(set, 0, OLD), podAt(set, 1, OLD, { ready: false }), podAt(set, 2, OLD)];
const BROKEN = new UnreachableError('connection reset', 'broken');

/**
 * A wedged StatefulSet that is followed for a minute; gives when its pod was asked to be deleted, and
 * what was said. The connection is a double, because no real API server fails in a given order; with a
 * real one see test/e2e/rollout-kinds.core.test.ts.
 * @param answers to the deletions in turn, `undefined` for a success, the last again and again
 * @param breaks whether the watches break once they have shown everything, and stay so
 */
async function unblocking(answers: readonly (Error | undefined)[], breaks = false) {
  const clock = virtualClock();
  const notices: string[] = [];
  const deletions: number[] = [];
  const opened = new Set<string>();
  const left = [...answers];
  const shown: readonly (readonly [string, readonly KubeObject[]])[] = [
    ['/statefulsets', [set]],
    ['/pods', wedged],
    ['/events', []],
  ];
  const connection: Connection = {
    forward: () => Promise.reject(new Error('nothing is forwarded')),
    server: '',
    namespace: '',
    close: async () => undefined,
    request: async <T>(request: { readonly method: string; readonly path: string }) => {
      if (request.method === 'GET') {
        const items = shown.find(([path]) => request.path.endsWith(path))?.[1];
        return { metadata: { resourceVersion: '1' }, items } as T;
      }
      expect(request.path).toBe('/api/v1/namespaces/shop/pods/web-1');
      deletions.push(clock.now());
      const answer = left.length > 1 ? left.shift() : left[0];
      if (answer) throw answer;
      return {} as T;
    },
    stream: async ({ path }, signal) => {
      if (breaks && opened.has(path)) throw BROKEN;
      opened.add(path);
      const objects = shown.find(([end]) => path.endsWith(end))?.[1] ?? [];
      return (async function* () {
        for (const event of [...objects.map(added), initialEnd('1')]) {
          yield `${JSON.stringify(event)}\n`;
        }
        if (breaks) throw BROKEN;
        await new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason)),
        );
      })();
    },
  };
  const ending = new AbortController();
  const nothing = (): void => undefined;
  const followed = followRollout(
    {
      connection,
      namespace: 'shop',
      policy: { ...DEFAULT_POLICY, blockedGrace: 1_000 },
      listener: {
        onBegin: nothing,
        onLook: nothing,
        onStandings: nothing,
        onVerdict: nothing,
        onObjects: nothing,
        onNotice: (text) => notices.push(text),
      },
      clock,
      signal: ending.signal,
    },
    [targetOf(set)],
  );
  await clock.pass(60_000);
  ending.abort();
  await followed;
  return { notices, deletions };
}

describe('an old pod that keeps a StatefulSet from being updated', () => {
  test('is deleted once', async () => {
    const { deletions, notices } = await unblocking([undefined]);
    expect(deletions).toHaveLength(1);
    expect(notices).toEqual([expect.stringMatching(/^Deleted pod\/web-1 of statefulset\/web: /)]);
  });

  test('is deleted at a later look where the API server was in trouble', async () => {
    const { deletions, notices } = await unblocking([BROKEN, BROKEN, undefined]);
    expect(deletions).toHaveLength(3);
    expect(notices).toEqual([
      'pod/web-1 of statefulset/web keeps it from being updated: connection reset',
      expect.stringMatching(/^Deleted pod\/web-1 of statefulset\/web: /),
    ]);
  });

  test('is asked to be deleted once where that is refused, and the refusal is told', async () => {
    const { deletions, notices } = await unblocking([new ApiError('no', 403, {}, undefined)]);
    expect(deletions).toHaveLength(1);
    expect(notices).toEqual(['pod/web-1 of statefulset/web keeps it from being updated: no']);
  });

  test('is left while what is known may be out of date', async () => {
    const { deletions } = await unblocking([undefined], true);
    expect(deletions).toEqual([]);
  });
});
