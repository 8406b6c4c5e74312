import { describe, expect, test } from '@jest/globals';
import { judged } from './kinds.test-data.ts';
import { NEW, OLD, onDelete, partitioned, podAt, statefulSet } from './stateful-set.test-data.ts';
import { type StatefulSet, statefulSetRules } from './stateful-set.ts';

describe('an old pod that is not ready', () => {
  const status = { updatedReplicas: 0, readyReplicas: 1, availableReplicas: 1 };
  const broken = { ready: false };

  function obstacle(
    spec: Partial<StatefulSet['spec']>,
    ...pods: readonly (readonly [number, string, { ready: boolean; leaving?: boolean }?])[]
  ) {
    const set = statefulSet(spec, status);
    return judged(statefulSetRules, set, ...pods.map((pod) => podAt(set, ...pod))).obstacle;
  }

  test('blocks every update with OrderedReady, and is named', () => {
    expect(obstacle({}, [0, OLD], [1, OLD, broken], [2, OLD, broken])).toEqual({
      reason: 'OldPodNotReady',
      class: 'probable',
      message:
        'The pod/web-1 is of an earlier template and not Ready, and with podManagementPolicy OrderedReady nothing is updated before it is.',
      concernsNewPods: true,
    });
  });

  test.each<
    [
      string,
      Partial<StatefulSet['spec']>,
      readonly [number, string, { ready: boolean; leaving?: boolean }],
    ]
  >([
    ['with Parallel', { podManagementPolicy: 'Parallel' }, [1, OLD, broken]],
    ['with OnDelete', onDelete, [1, OLD, broken]],
    ['that the partition holds back', partitioned(2), [1, OLD, broken]],
    ['that is on its way out', {}, [1, OLD, { ready: false, leaving: true }]],
    ['when the lowest one is new', {}, [1, NEW, broken]],
    ['that is to be removed', { replicas: 1 }, [1, OLD, broken]],
  ])('is no such thing %s', (_, spec, pod) => {
    expect(obstacle(spec, [0, OLD], pod, [2, OLD])).toBeUndefined();
  });
});
