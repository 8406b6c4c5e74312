import { describe, expect, test } from '@jest/globals';
import type { Pod } from '../../workload/types.ts';
import {
  deployment,
  pod,
  replicaSet,
  waiting,
  warning,
} from '../../workload/workload.test-data.ts';
import { type Story, story } from '../rollout.test-data.ts';
import type { Verdict } from '../verdict.ts';
import { missingConfigOf } from './missing-config.ts';

const written = deployment({ status: { observedGeneration: 1 } });
const rolling = deployment({ status: { replicas: 4, updatedReplicas: 1, availableReplicas: 3 } });
const rs = replicaSet(rolling);

type Statuses = NonNullable<Pod['status']>['containerStatuses'];

function look(rollout: Story, seconds: number, statuses: Statuses, name = 'web-1'): Verdict {
  return rollout.at(seconds, {
    deployment: rolling,
    replicaSets: [rs],
    pods: [pod(rs, statuses, name)],
  });
}

describe('configuration that is missing', () => {
  const message = "couldn't find key MONGODB_URI in Secret shop/web-secrets";

  test('fails 15 s after it was first seen, and names object and key', () => {
    const rollout = story(written);
    look(rollout, 1, waiting('CreateContainerConfigError', message));
    expect(look(rollout, 15.9, waiting('CreateContainerConfigError', message)).status).toBe(
      'progressing',
    );
    expect(look(rollout, 16, waiting('CreateContainerConfigError', message))).toMatchObject({
      status: 'failed',
      finding: {
        reason: 'SecretKeyNotFound',
        message:
          'The key MONGODB_URI of the Secret web-secrets, which container web needs, does not exist in namespace shop.',
      },
    });
  });

  test('that appears within the grace is no failure (trap 18)', () => {
    const rollout = story(written);
    look(rollout, 1, waiting('CreateContainerConfigError', 'secret "web-secrets" not found'));
    look(rollout, 10, [{ name: 'web', ready: true, state: { running: {} } }]);
    expect(look(rollout, 40, [{ name: 'web', ready: true, state: { running: {} } }]).status).toBe(
      'progressing',
    );
  });

  test('that the kubelet has only not cached yet is none (trap 18)', () => {
    const rollout = story(written);
    const cold = 'failed to sync secret cache: timed out waiting for the condition';
    look(rollout, 1, waiting('CreateContainerConfigError', cold));
    expect(look(rollout, 30, waiting('CreateContainerConfigError', cold)).status).toBe(
      'progressing',
    );
  });

  test('of a volume is found in the events', () => {
    const rollout = story(written);
    const stuck = pod(rs, waiting('ContainerCreating'));
    const event = warning(
      stuck,
      'FailedMount',
      'MountVolume.SetUp failed for volume "conf" : configmap "web-conf" not found',
    );
    const seen = { deployment: rolling, replicaSets: [rs], pods: [stuck], events: [event] };
    rollout.at(1, seen);
    expect(rollout.at(16, seen)).toMatchObject({
      status: 'failed',
      finding: { reason: 'ConfigMapNotFound', message: expect.stringContaining('web-conf') },
    });
  });

  test.each([
    ['secret "db" not found', { kind: 'Secret', name: 'db', key: undefined }],
    ['configmap "conf" not found', { kind: 'ConfigMap', name: 'conf', key: undefined }],
    ["couldn't find key A in ConfigMap shop/conf", { kind: 'ConfigMap', name: 'conf', key: 'A' }],
    [
      'volume "certs" : references non-existent secret key: tls.key',
      { kind: 'Secret', name: 'certs', key: 'tls.key' },
    ],
    ['container has runAsNonRoot and image will run as root', undefined],
  ])('is read from the message: %s', (text, expected) => {
    expect(missingConfigOf(text)).toEqual(expected);
  });
});
