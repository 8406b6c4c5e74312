import { describe, expect, test } from '@jest/globals';
import type { Condition, Deployment, ReplicaSet } from '../types.ts';
import { deployment, pod, replicaSet } from '../workload.test-data.ts';
import { deploymentRules } from './deployment.ts';
import { collectionsOf, judged, leaving } from './kinds.test-data.ts';

const status = (counters: Partial<NonNullable<Deployment['status']>>) =>
  deployment({ status: { replicas: 0, updatedReplicas: 0, ...counters } });

const withConditions = (one: ReplicaSet, conditions: readonly Condition[]): ReplicaSet => ({
  ...one,
  status: { ...one.status, conditions },
});

describe('a Deployment is complete', () => {
  test('when updated, replicas and available are all that the spec asks for', () => {
    expect(judged(deploymentRules, deployment())).toMatchObject({
      observed: true,
      complete: true,
      text: '3 of 3 updated, 3 available',
      serving: { have: 3, want: 3 },
    });
  });

  test.each([
    ['nothing is updated yet, though all counters are full (trap 3)', { updatedReplicas: 0 }],
    ['an old pod is left', { replicas: 4 }],
    ['a new pod is not available yet (trap 6)', { availableReplicas: 2 }],
    ['the present generation is not observed (trap 1)', { observedGeneration: 1 }],
  ])('not while %s', (_, counters) => {
    expect(judged(deploymentRules, deployment({ status: counters })).complete).toBe(false);
  });

  test('not when counters are absent, which means 0', () => {
    const bare = { ...deployment(), status: { observedGeneration: 2 } };
    expect(judged(deploymentRules, bare)).toMatchObject({
      complete: false,
      text: '0 of 3 updated, 0 available',
    });
  });

  test('not while it is being deleted', () => {
    expect(judged(deploymentRules, leaving(deployment())).complete).toBe(false);
  });

  test('with 0 replicas, of which none serves', () => {
    const counters = { replicas: 0, updatedReplicas: 0, availableReplicas: 0 };
    expect(
      judged(deploymentRules, deployment({ spec: { replicas: 0 }, status: counters })),
    ).toMatchObject({ complete: true, serving: { have: 0, want: 0 } });
  });

  test('against the replicas that an autoscaler has set since (trap 8)', () => {
    const counters = { replicas: 5, updatedReplicas: 5, availableReplicas: 5 };
    const scaled = deployment({ generation: 7, spec: { replicas: 5 }, status: counters });
    expect(judged(deploymentRules, scaled).complete).toBe(true);
  });
});

describe('a Deployment says how far it is', () => {
  test('in the words of kubectl, with old and terminating pods', () => {
    const one = status({
      replicas: 4,
      updatedReplicas: 2,
      availableReplicas: 3,
      terminatingReplicas: 1,
    });
    expect(judged(deploymentRules, one).text).toBe(
      '2 of 3 updated, 3 available, 2 old, 1 terminating',
    );
  });

  test('without counters of the past, and without progress, before it is observed', () => {
    const one = deployment({ status: { observedGeneration: 1 } });
    expect(judged(deploymentRules, one)).toMatchObject({
      observed: false,
      text: 'waiting for the controller to see the change',
      advance: [],
    });
  });

  test('by the pods of the new ReplicaSet alone that serve', () => {
    const owner = deployment({ status: { updatedReplicas: 1, replicas: 4 } });
    const fresh = { ...replicaSet(owner), status: { availableReplicas: 1 } };
    const old = { ...replicaSet(owner, 'shop/web:1', 'old'), status: { availableReplicas: 3 } };
    expect(judged(deploymentRules, owner, old, fresh).serving).toEqual({ have: 1, want: 3 });
  });

  test('and each new pod that becomes ready is progress, also with Recreate', () => {
    const owner = deployment({ status: { readyReplicas: 1, availableReplicas: 1 } });
    const fresh = replicaSet(owner);
    const first = pod(fresh, undefined, 'web-1');
    const second = pod(fresh, undefined, 'web-2');
    const before = judged(deploymentRules, owner, fresh, first).advance;
    const after = judged(deploymentRules, owner, fresh, first, second).advance;
    expect(after.some((number, index) => number > (before[index] ?? 0))).toBe(true);
  });
});

describe('the new pods of a Deployment', () => {
  const owner = deployment();
  const fresh = replicaSet(owner);
  const old = replicaSet(owner, 'shop/web:1', 'old');

  test('are those of the ReplicaSet with its template (trap 4)', () => {
    const mine = pod(fresh, undefined, 'web-new');
    const before = pod(old, undefined, 'web-old');
    const related = deploymentRules.relate(owner, collectionsOf(fresh, old, mine, before));
    expect(related.newPods).toEqual([mine]);
    expect(related.pods).toHaveLength(2);
    expect(related.owned).toEqual([fresh, old]);
  });

  test('leave out those that are on their way out', () => {
    const mine = leaving(pod(fresh));
    const related = deploymentRules.relate(owner, collectionsOf(fresh, mine));
    expect(related.newPods).toEqual([]);
    expect(related.pods).toEqual([mine]);
  });
});

describe('a Deployment states', () => {
  test('that it is paused, with the command that resumes it (trap 7)', () => {
    expect(judged(deploymentRules, deployment({ spec: { paused: true } }))).toMatchObject({
      complete: false,
      failure: {
        reason: 'Paused',
        class: 'permanent',
        hint: 'Resume it: kubectl -n shop rollout resume deployment/web',
      },
    });
  });

  const exceeded: Condition = {
    type: 'Progressing',
    status: 'False',
    reason: 'ProgressDeadlineExceeded',
    lastUpdateTime: '2026-11-24T06:38:56Z',
  };

  test('that its deadline is over, as a claim, because it may be about an earlier rollout (trap 2)', () => {
    const progress = judged(deploymentRules, status({ conditions: [exceeded] }));
    expect(progress.failure).toBeUndefined();
    expect(progress.claim?.failure.reason).toBe('ProgressDeadlineExceeded');
    const again = { ...exceeded, lastUpdateTime: '2026-11-24T06:48:56Z' };
    const later = judged(deploymentRules, status({ conditions: [again] }));
    expect(later.claim?.signature).not.toBe(progress.claim?.signature);
  });

  test('the same claim below the present generation: so that it is known as old news above it', () => {
    const below = status({ observedGeneration: 1, conditions: [exceeded] });
    const above = status({ conditions: [exceeded] });
    expect(judged(deploymentRules, below).claim).toEqual(judged(deploymentRules, above).claim);
  });
});

describe('what keeps a Deployment from making pods', () => {
  const owner = deployment();
  const quota: Condition = {
    type: 'ReplicaFailure',
    status: 'True',
    reason: 'FailedCreate',
    message: 'pods "web-7469fd6d9c-rxq4v" is forbidden: exceeded quota: q',
  };

  test('is read from the new ReplicaSet (trap 16)', () => {
    const fresh = withConditions(replicaSet(owner), [quota]);
    expect(judged(deploymentRules, owner, fresh).obstacle).toEqual({
      reason: 'FailedCreate',
      class: 'probable',
      message: 'pods "web-7469fd6d9c-rxq4v" is forbidden: exceeded quota: q',
      concernsNewPods: true,
    });
  });

  test('is told apart from what an old ReplicaSet cannot do', () => {
    const old = withConditions(replicaSet(owner, 'shop/web:1', 'old'), [quota]);
    expect(judged(deploymentRules, owner, old, replicaSet(owner)).obstacle).toMatchObject({
      concernsNewPods: false,
    });
    const fresh = withConditions(replicaSet(owner), [quota]);
    expect(judged(deploymentRules, owner, old, fresh).obstacle?.concernsNewPods).toBe(true);
  });

  test('is not guessed from its own condition, which may be either', () => {
    expect(judged(deploymentRules, status({ conditions: [quota] })).obstacle).toBeUndefined();
  });
});
