import { describe, expect, test } from '@jest/globals';
import type { ContainerStatus, Pod } from '@paal/core/workload/types';
import {
  complete,
  crashLoop,
  type EvidenceRule,
  imageMissing,
  livenessKill,
  notCreated,
  oomKilled,
  type Seen,
  secretMissing,
  timed,
} from './evidence.ts';

const NOTHING: Seen = { deployment: undefined, replicaSets: [], pods: [], events: [] };
const metadata = { name: 'web-1', uid: 'uid-1' };

/** What is seen of one pod whose container has this status. */
function container(status: Omit<ContainerStatus, 'name'>): Seen {
  const pod = {
    metadata,
    status: { containerStatuses: [{ name: 'web', ...status }] },
  } as unknown as Pod;
  return { ...NOTHING, pods: [pod] };
}

function waiting(reason: string, message: string): Seen {
  return container({ state: { waiting: { reason, message } } });
}

function exited(restartCount: number, reason = 'Error'): Seen {
  return container({ restartCount, state: { terminated: { exitCode: 1, reason } } });
}

/** When the rule knows that it was enough, told at these times what is seen. */
function enough(rule: EvidenceRule, ...looks: readonly (readonly [number, Seen])[]) {
  const timing = timed(rule);
  for (const [at, seen] of looks) timing.see(seen, at);
  return timing.enoughAt;
}

const MISSING = 'failed to resolve reference "registry/web:2": not found';

describe('the evidence', () => {
  test('of an image that is missing is there 5 s after the first refusal', () => {
    const looks = [
      [0, waiting('ContainerCreating', '')],
      [1_000, waiting('ErrImagePull', MISSING)],
      [2_000, waiting('ImagePullBackOff', `Back-off pulling image: ${MISSING}`)],
    ] as const;
    expect(enough(imageMissing, ...looks)).toBe(6_000);
  });

  test('of an image whose registry is down is none of a missing image', () => {
    expect(
      enough(imageMissing, [0, waiting('ErrImagePull', 'connection refused')]),
    ).toBeUndefined();
  });

  test('that passes in time was none', () => {
    const there = container({ state: { running: {} } });
    const looks = [
      [0, waiting('CreateContainerConfigError', 'secret "db" not found')],
      [14_000, there],
    ] as const;
    expect(enough(secretMissing, ...looks)).toBeUndefined();
  });

  test('that was enough stays what it was', () => {
    const looks = [
      [0, waiting('CreateContainerConfigError', 'secret "db" not found')],
      [16_000, container({ state: { running: {} } })],
    ] as const;
    expect(enough(secretMissing, ...looks)).toBe(15_000);
  });

  test('of a crash is the third exit, also when only its back-off is seen', () => {
    const backOff = container({
      restartCount: 2,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { exitCode: 1 } },
    });
    expect(enough(crashLoop, [1, exited(0)], [2, exited(1)], [3, exited(2)])).toBe(3);
    expect(enough(crashLoop, [2, exited(1)], [4, backOff])).toBe(4);
    expect(
      enough(crashLoop, [2, container({ restartCount: 2, state: { running: {} } })]),
    ).toBeUndefined();
  });

  test('of too little memory is the second exit with that reason', () => {
    expect(enough(oomKilled, [1, exited(0, 'OOMKilled')], [2, exited(1, 'OOMKilled')])).toBe(2);
    expect(enough(oomKilled, [2, exited(1)])).toBeUndefined();
  });

  test('of a liveness probe that kills takes the event that says so', () => {
    const event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'event' },
      involvedObject: { uid: 'uid-1' },
      message: 'Liveness probe failed: HTTP probe failed with statuscode: 503',
    };
    const told = { ...exited(1), events: [event] };
    expect(enough(livenessKill, [1, exited(1)], [2, told])).toBe(2);
  });

  test('of pods that cannot be created is none while there is one', () => {
    const conditions = [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' }];
    const replicaSets = [{ metadata, status: { conditions } }] as unknown as Seen['replicaSets'];
    expect(enough(notCreated, [0, { ...NOTHING, replicaSets }])).toBe(15_000);
    expect(enough(notCreated, [0, { ...exited(0), replicaSets }])).toBeUndefined();
  });

  test('of success counts only what the controller says of the new generation', () => {
    const whole = { replicas: 3, updatedReplicas: 3, availableReplicas: 3 };
    const deployment = (observedGeneration: number) =>
      ({
        metadata: { name: 'web', generation: 2 },
        spec: { replicas: 3 },
        status: { observedGeneration, ...whole },
      }) as unknown as NonNullable<Seen['deployment']>;
    const looks = [
      [1, { ...NOTHING, deployment: deployment(1) }],
      [2, { ...NOTHING, deployment: deployment(2) }],
    ] as const;
    expect(enough(complete, ...looks)).toBe(2);
  });
});
