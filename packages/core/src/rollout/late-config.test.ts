import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../cluster/object.ts';
import type { Pod } from '../workload/types.ts';
import { deployment, pod, replicaSet, waiting } from '../workload/workload.test-data.ts';
import { story } from './rollout.test-data.ts';
import type { Verdict } from './verdict.ts';

const written = deployment({ status: { observedGeneration: 1 } });
const rolling = deployment({ status: { replicas: 4, updatedReplicas: 1, availableReplicas: 3 } });
const rs = replicaSet(rolling);

type Statuses = NonNullable<Pod['status']>['containerStatuses'];

function reasonOf(verdict: Verdict): string {
  return 'finding' in verdict ? verdict.finding.reason : verdict.status;
}

describe('a Secret that a container needs', () => {
  const error = waiting('CreateContainerConfigError', 'secret "db" not found');
  const secret = (data: object) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'db', uid: 'secret-1' },
    data,
  });
  const seen = (statuses: Statuses, ...objects: readonly KubeObject[]) => ({
    deployment: rolling,
    replicaSets: [rs],
    pods: [pod(rs, statuses)],
    objects,
  });

  test('and that is not there fails after 15 s', () => {
    const rollout = story(written);
    expect(rollout.at(1, seen(error)).status).toBe('progressing');
    expect(rollout.at(16, seen(error))).toMatchObject({
      status: 'failed',
      finding: { reason: 'SecretNotFound', missing: { kind: 'Secret', name: 'db' } },
    });
  });

  test('and that has come since is waited for until the kubelet has looked again (trap 18)', () => {
    const rollout = story(written);
    rollout.at(1, seen(error));
    expect(rollout.at(16, seen(error, secret({})))).toMatchObject({
      status: 'progressing',
      message: expect.stringContaining('it is there by now'),
    });
    expect(rollout.at(145, seen(error, secret({}))).status).toBe('progressing');
    expect(reasonOf(rollout.at(146, seen(error, secret({}))))).toBe('SecretNotFound');
  });

  test('and that lacks a key is missing it until the key is there', () => {
    const lacking = waiting(
      'CreateContainerConfigError',
      "couldn't find key URI in Secret shop/db",
    );
    const rollout = story(written);
    rollout.at(1, seen(lacking));
    expect(rollout.at(15, seen(lacking, secret({ URI: '' }))).status).toBe('progressing');
    expect(rollout.at(16, seen(lacking, secret({ URI: '' }))).status).toBe('progressing');
    expect(reasonOf(rollout.at(17, seen(lacking, secret({ USER: '' }))))).toBe('SecretKeyNotFound');
  });
});
