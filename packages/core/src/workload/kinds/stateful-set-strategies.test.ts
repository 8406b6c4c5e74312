import { describe, expect, test } from '@jest/globals';
import { judged } from './kinds.test-data.ts';
import { NEW, OLD, onDelete, partitioned, podAt, statefulSet } from './stateful-set.test-data.ts';
import { statefulSetRules } from './stateful-set.ts';

describe('with a partition', () => {
  const status = { replicas: 3, updatedReplicas: 1, readyReplicas: 3, availableReplicas: 3 };

  test('a StatefulSet is complete when the pods from there on serve, and says who is held back', () => {
    const set = statefulSet(partitioned(2), status);
    const pods = [podAt(set, 0, OLD), podAt(set, 1, OLD), podAt(set, 2, NEW)];
    expect(judged(statefulSetRules, set, ...pods)).toMatchObject({
      complete: true,
      text: '1 of 1 updated, 3 available',
      serving: { have: 1, want: 3 },
      remark: '2 of 3 pods are held back by the partition 2 and run an earlier template.',
    });
  });

  test('counts from where the ordinals start', () => {
    const spec = { replicas: 2, ordinals: { start: 5 }, ...partitioned(1) };
    const set = statefulSet(spec, {
      replicas: 2,
      updatedReplicas: 1,
      readyReplicas: 2,
      availableReplicas: 2,
    });
    expect(judged(statefulSetRules, set, podAt(set, 5, OLD), podAt(set, 6, NEW)).complete).toBe(
      true,
    );
    expect(judged(statefulSetRules, set, podAt(set, 5, NEW), podAt(set, 6, OLD)).complete).toBe(
      false,
    );
  });

  test('a new pod below it makes up for no old one above', () => {
    const set = statefulSet(partitioned(2), status);
    const pods = [podAt(set, 0, NEW), podAt(set, 1, OLD), podAt(set, 2, OLD)];
    expect(judged(statefulSetRules, set, ...pods).complete).toBe(false);
  });

  test('a pod that is held back and broken holds nothing up', () => {
    const set = statefulSet(partitioned(2), { ...status, readyReplicas: 2, availableReplicas: 2 });
    const pods = [podAt(set, 0, OLD, { ready: false }), podAt(set, 1, OLD), podAt(set, 2, NEW)];
    expect(judged(statefulSetRules, set, ...pods).complete).toBe(true);
  });

  test('a new pod that is ready, and not yet available, is waited for', () => {
    const set = statefulSet(
      { ...partitioned(2), minReadySeconds: 5 },
      { ...status, availableReplicas: 2 },
    );
    const pods = [podAt(set, 0, OLD), podAt(set, 1, OLD), podAt(set, 2, NEW)];
    expect(judged(statefulSetRules, set, ...pods).complete).toBe(false);
  });

  test('nothing is said of pods that are held back while others are still to come', () => {
    const set = statefulSet(partitioned(2), { ...status, updatedReplicas: 0 });
    const pods = [0, 1, 2].map((ordinal) => podAt(set, ordinal, OLD));
    expect(judged(statefulSetRules, set, ...pods).remark).toBeUndefined();
  });

  test('a new pod that is ready before the counters know of it is waited for', () => {
    const set = statefulSet(partitioned(2), { ...status, updatedReplicas: 0 });
    const pods = [podAt(set, 0, OLD), podAt(set, 1, OLD), podAt(set, 2, NEW)];
    expect(judged(statefulSetRules, set, ...pods).complete).toBe(false);
  });

  test('that holds back every pod, nothing is left to be done', () => {
    const set = statefulSet(partitioned(5), { ...status, updatedReplicas: 0 });
    const pods = [0, 1, 2].map((ordinal) => podAt(set, ordinal, OLD));
    expect(judged(statefulSetRules, set, ...pods)).toMatchObject({
      complete: true,
      serving: { have: 0, want: 3 },
      remark: '3 of 3 pods are held back by the partition 3 and run an earlier template.',
    });
  });

  test('nothing is said of a first release, whose pods are all new', () => {
    const set = statefulSet(partitioned(2));
    const pods = [0, 1, 2].map((ordinal) => podAt(set, ordinal, NEW));
    const progress = judged(statefulSetRules, set, ...pods);
    expect(progress.complete).toBe(true);
    expect(progress.remark).toBeUndefined();
    expect(progress.serving).toEqual({ have: 3, want: 3 });
  });
});

describe('with OnDelete', () => {
  test('a StatefulSet is complete as soon as the change is seen, and says that nobody serves it', () => {
    const set = statefulSet(onDelete, { updatedReplicas: 0 });
    const pods = [0, 1, 2].map((ordinal) => podAt(set, ordinal, OLD));
    expect(judged(statefulSetRules, set, ...pods)).toMatchObject({
      complete: true,
      serving: { have: 0, want: 3 },
      remark:
        '3 of 3 pods run an earlier template: with the update strategy OnDelete a pod is replaced when somebody deletes it.',
    });
  });

  test('the successor of a deleted pod is waited for', () => {
    const set = statefulSet(onDelete, {
      updatedReplicas: 1,
      readyReplicas: 2,
      availableReplicas: 2,
    });
    const old = [podAt(set, 1, OLD), podAt(set, 2, OLD)];
    expect(
      judged(statefulSetRules, set, podAt(set, 0, NEW, { ready: false }), ...old).complete,
    ).toBe(false);
    const ready = statefulSet(onDelete, { updatedReplicas: 1 });
    expect(judged(statefulSetRules, ready, podAt(ready, 0, NEW), ...old)).toMatchObject({
      complete: true,
      serving: { have: 1, want: 3 },
    });
  });

  test('the pods of a first release are waited for', () => {
    const set = statefulSet(onDelete, {
      replicas: 1,
      updatedReplicas: 1,
      readyReplicas: 0,
      availableReplicas: 0,
    });
    expect(judged(statefulSetRules, set, podAt(set, 0, NEW, { ready: false })).complete).toBe(
      false,
    );
  });

  test('a pod that the counters do not know of yet is waited for', () => {
    const set = statefulSet(onDelete, { updatedReplicas: 1 });
    for (const ready of [true, false]) {
      const pods = [podAt(set, 0, NEW), podAt(set, 1, NEW, { ready }), podAt(set, 2, OLD)];
      expect(judged(statefulSetRules, set, ...pods).complete).toBe(false);
    }
  });

  test('a pod that only the counters know of yet is waited for', () => {
    const set = statefulSet(onDelete, { updatedReplicas: 1 });
    const pods = [0, 1, 2].map((ordinal) => podAt(set, ordinal, OLD));
    expect(judged(statefulSetRules, set, ...pods).complete).toBe(false);
  });
});
