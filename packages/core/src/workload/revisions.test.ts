import { describe, expect, test } from '@jest/globals';
import { daemonSet, NEW, OLD, revision } from './kinds/daemon-set.test-data.ts';
import { revisionsOf } from './revisions.ts';
import type { ReplicaSet } from './types.ts';
import { deployment, replicaSet } from './workload.test-data.ts';

function withRevision(one: ReplicaSet, number: string, history = ''): ReplicaSet {
  const annotations = {
    'deployment.kubernetes.io/revision': number,
    'deployment.kubernetes.io/revision-history': history,
  };
  return { ...one, metadata: { ...one.metadata, annotations } };
}

describe('the revisions of a Deployment', () => {
  const owner = deployment();
  const old = withRevision(replicaSet(owner, 'shop/web:1', 'a'), '4', '1,2');
  const fresh = withRevision(replicaSet(owner, undefined, 'b'), '5');

  test('are those of its ReplicaSets, oldest first, with the numbers they had (trap 11)', () => {
    expect(revisionsOf(owner, [fresh, old])).toMatchObject([
      { number: 4, earlier: [1, 2] },
      { number: 5, earlier: [] },
    ]);
  });

  test('say which of them runs, by its template and not by the highest number', () => {
    const present = withRevision(replicaSet(owner, undefined, 'b'), '3');
    expect(revisionsOf(owner, [present, old])[0]?.current).toBe(3);
  });

  test('are not those of another Deployment with the same labels', () => {
    const other = withRevision(replicaSet(deployment({ uid: 'other' })), '7');
    expect(revisionsOf(owner, [other])).toEqual([]);
  });

  test('are none before the controller has numbered them', () => {
    expect(revisionsOf(owner, [replicaSet(owner)])).toEqual([]);
  });
});

describe('the revisions of a DaemonSet', () => {
  const set = daemonSet();
  const history = [revision(set, 2, NEW), revision(set, 1, OLD, 'shop/web:1')];

  test('are those of its ControllerRevisions, whose templates can be written as they are', () => {
    const [first, second] = revisionsOf(set, history);
    expect(first).toMatchObject({ number: 1, current: 2 });
    expect(first?.template.spec.containers[0]?.image).toBe('shop/web:1');
    expect(first?.template).not.toHaveProperty('$patch');
    expect(second?.template).toEqual(set.spec.template);
  });
});
