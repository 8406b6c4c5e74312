import { describe, expect, test } from '@jest/globals';
import { collectionsOf, judged, leaving } from './kinds.test-data.ts';
import { NEW, OLD, podAt, type Status, statefulSet } from './stateful-set.test-data.ts';
import { statefulSetRules } from './stateful-set.ts';

describe('a StatefulSet is complete', () => {
  test('when updated, replicas and available are all that the spec asks for', () => {
    expect(judged(statefulSetRules, statefulSet())).toMatchObject({
      complete: true,
      text: '3 of 3 updated, 3 available',
      serving: { have: 3, want: 3 },
    });
  });

  // The status of a set of two, as the controller wrote it during an update.
  test.each<[string, Partial<Status>, boolean]>([
    [
      'the spec is written',
      {
        observedGeneration: 1,
        replicas: 2,
        updatedReplicas: 2,
        availableReplicas: 2,
        updateRevision: OLD,
      },
      false,
    ],
    [
      'the change is seen',
      { replicas: 2, updatedReplicas: 0, readyReplicas: 2, availableReplicas: 2 },
      false,
    ],
    [
      'the last pod is told to end',
      { replicas: 2, updatedReplicas: 0, readyReplicas: 1, availableReplicas: 1 },
      false,
    ],
    [
      'it has ended',
      { replicas: 1, updatedReplicas: 0, readyReplicas: 1, availableReplicas: 1 },
      false,
    ],
    [
      'its successor is made',
      { replicas: 2, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 },
      false,
    ],
    [
      'its successor is ready',
      { replicas: 2, updatedReplicas: 1, readyReplicas: 2, availableReplicas: 2 },
      false,
    ],
    [
      'the first pod is new too',
      { replicas: 2, updatedReplicas: 2, readyReplicas: 1, availableReplicas: 1 },
      false,
    ],
    [
      'it is ready, and not yet for minReadySeconds',
      { replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 1 },
      false,
    ],
    [
      'it is available',
      { replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 },
      true,
    ],
  ])('once all is done: %s', (_, status, complete) => {
    const set = statefulSet({ replicas: 2, minReadySeconds: 3 }, status);
    expect(judged(statefulSetRules, set).complete).toBe(complete);
  });

  test('not while pods are still to be removed after it was scaled in', () => {
    const set = statefulSet(
      { replicas: 1 },
      { replicas: 2, updatedReplicas: 1, availableReplicas: 1 },
    );
    expect(judged(statefulSetRules, set)).toMatchObject({
      complete: false,
      text: '1 of 1 updated, 1 available, 1 to be removed',
    });
  });

  test('with 0 replicas, of which none serves', () => {
    const none = { replicas: 0, updatedReplicas: 0, readyReplicas: 0, availableReplicas: 0 };
    expect(judged(statefulSetRules, statefulSet({ replicas: 0 }, none))).toMatchObject({
      complete: true,
      serving: { have: 0, want: 0 },
    });
  });

  test('not while it is being deleted', () => {
    expect(judged(statefulSetRules, leaving(statefulSet())).complete).toBe(false);
  });

  test('by the same rule with Parallel and with Recreate', () => {
    for (const spec of [
      { podManagementPolicy: 'Parallel' as const },
      { updateStrategy: { type: 'Recreate' as const } },
    ]) {
      expect(judged(statefulSetRules, statefulSet(spec)).complete).toBe(true);
      expect(judged(statefulSetRules, statefulSet(spec, { updatedReplicas: 2 })).complete).toBe(
        false,
      );
    }
  });
});

test('the counters of the past are no progress of a StatefulSet', () => {
  expect(judged(statefulSetRules, statefulSet({}, { observedGeneration: 1 }))).toMatchObject({
    text: 'waiting for the controller to see the change',
    advance: [],
  });
});

describe('the new pods of a StatefulSet', () => {
  const set = statefulSet();

  test('are those of its update revision (trap 4)', () => {
    const mine = podAt(set, 2, NEW);
    const related = statefulSetRules.relate(set, collectionsOf(podAt(set, 1, OLD), mine));
    expect(related.newPods).toEqual([mine]);
    expect(related.pods).toHaveLength(2);
  });

  test('are none before the change is seen, because the update revision is the one before', () => {
    const unseen = statefulSet({}, { observedGeneration: 1, updateRevision: OLD });
    expect(statefulSetRules.relate(unseen, collectionsOf(podAt(unseen, 2, OLD))).newPods).toEqual(
      [],
    );
  });

  test('leave out those that are on their way out', () => {
    const related = statefulSetRules.relate(
      set,
      collectionsOf(podAt(set, 2, NEW, { leaving: true })),
    );
    expect(related.newPods).toEqual([]);
  });
});
