import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../cluster/object.ts';
import { collectionsOf } from '../workload/kinds/kinds.test-data.ts';
import { NEW, OLD, podAt, statefulSet } from '../workload/kinds/stateful-set.test-data.ts';
import { DEFAULT_POLICY } from './policy.ts';
import { targetOf } from './rollout.test-data.ts';
import { track } from './tracker.ts';
import { podToDelete } from './unwedge.ts';

const set = statefulSet({}, { updatedReplicas: 0, readyReplicas: 2, availableReplicas: 2 });
const written = statefulSet({}, { observedGeneration: 1 });
const wedged = [podAt(set, 0, OLD), podAt(set, 1, OLD, { ready: false }), podAt(set, 2, OLD)];

/** The pod that is to be deleted at each of these seconds, seeing the same all the time. */
function deletions(
  objects: readonly KubeObject[],
  seconds: readonly number[],
  blockedGrace: number,
): readonly (string | undefined)[] {
  const policy = { ...DEFAULT_POLICY, blockedGrace };
  const tracker = track([targetOf(written)], policy, 0);
  return seconds.map((second) => {
    const [standing] = tracker.look(collectionsOf(...objects), true, second * 1_000);
    return standing && podToDelete(standing, policy, second * 1_000)?.metadata.name;
  });
}

describe('an old pod that is not Ready and keeps a StatefulSet from being updated', () => {
  test('is deleted when it has been so for the grace (trap 14)', () => {
    expect(deletions([set, ...wedged], [1, 15.9, 16], 15_000)).toEqual([
      undefined,
      undefined,
      'web-1',
    ]);
  });

  test('is deleted at once where what is put back is known to have served', () => {
    expect(deletions([set, ...wedged], [1], 0)).toEqual(['web-1']);
  });

  test('is left until the controller has seen our write', () => {
    expect(deletions([written, ...wedged], [1, 60], 0)).toEqual([undefined, undefined]);
  });

  test('is left when it is of the new template, or on its way out', () => {
    const fresh = podAt(set, 1, NEW, { ready: false });
    expect(deletions([set, podAt(set, 0, OLD), fresh], [1], 0)).toEqual([undefined]);
    const going = podAt(set, 1, OLD, { ready: false, leaving: true });
    expect(deletions([set, podAt(set, 0, OLD), going], [1], 0)).toEqual([undefined]);
  });

  test('is left where pods are replaced in parallel', () => {
    const parallel = statefulSet({ podManagementPolicy: 'Parallel' }, { updatedReplicas: 0 });
    expect(deletions([parallel, ...wedged], [1], 0)).toEqual([undefined]);
  });
});
