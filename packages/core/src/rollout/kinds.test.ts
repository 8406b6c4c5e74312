import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../cluster/object.ts';
import {
  daemonSet,
  NEW as NEW_HASH,
  node,
  podOn,
  revision,
} from '../workload/kinds/daemon-set.test-data.ts';
import { ended, podOf, template } from '../workload/kinds/kinds.test-data.ts';
import {
  NEW,
  OLD,
  onDelete,
  podAt,
  statefulSet,
} from '../workload/kinds/stateful-set.test-data.ts';
import type { Event } from '../workload/types.ts';
import { story } from './rollout.test-data.ts';

function refused(about: KubeObject, count = 1): Event {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'web.1', uid: 'event-1' },
    involvedObject: { kind: about.kind, name: 'web', uid: about.metadata.uid ?? '' },
    type: 'Warning',
    reason: 'FailedCreate',
    message: 'create Pod web-2 in StatefulSet web failed: exceeded quota: compute',
    count,
  };
}

describe('a StatefulSet', () => {
  const written = statefulSet({}, { observedGeneration: 1, updatedReplicas: 3 });
  const serving = [0, 1, 2].map((ordinal) => podAt(statefulSet(), ordinal, NEW));

  test('is rolled out when every pod is updated and available, after the bake', () => {
    const rollout = story(written, { bake: 30_000 });
    expect(rollout.at(1, { objects: [written, ...serving] }).status).toBe('progressing');
    const look = { objects: [statefulSet(), ...serving] };
    expect(rollout.at(2, look).status).toBe('progressing');
    expect(rollout.at(32, look)).toEqual({ status: 'succeeded', message: 'serving 3 of 3' });
  });

  test('fails at the third exit of a new pod, whatever its old pods do (trap 4)', () => {
    const rollout = story(written);
    const half = statefulSet({}, { updatedReplicas: 1, readyReplicas: 2, availableReplicas: 2 });
    const crashed = (restartCount: number, revisionName: string) => ({
      ...podAt(half, 2, revisionName, { ready: false }),
      status: {
        phase: 'Running',
        containerStatuses: [{ ...ended('web', 1), restartCount }],
        conditions: [{ type: 'Ready', status: 'False' }],
      },
    });
    expect(rollout.at(1, { objects: [half, crashed(9, OLD)] }).status).toBe('progressing');
    expect(rollout.at(2, { objects: [half, crashed(1, NEW)] }).status).toBe('progressing');
    expect(rollout.at(14, { objects: [half, crashed(2, NEW)] })).toMatchObject({
      status: 'failed',
      finding: { reason: 'CrashLoop', workload: 'statefulset/web', pod: 'web-2' },
    });
  });

  test('that nobody lets create its pod fails with the words of the quota (trap 16)', () => {
    const rollout = story(written);
    const stuck = statefulSet({}, { replicas: 2, updatedReplicas: 0, availableReplicas: 2 });
    const old = [0, 1].map((ordinal) => podAt(stuck, ordinal, OLD));
    rollout.at(1, { objects: [stuck, ...old] });
    const look = { objects: [stuck, ...old], events: [refused(stuck)] };
    expect(rollout.at(2, look).status).toBe('progressing');
    expect(rollout.at(17, look)).toMatchObject({
      status: 'failed',
      finding: { reason: 'FailedCreate', message: expect.stringContaining('exceeded quota') },
    });
  });

  test('is not failed by what its events said before the rollout', () => {
    const rollout = story(written, { timeout: 3_600_000 });
    const stuck = statefulSet({}, { replicas: 2, updatedReplicas: 0, availableReplicas: 2 });
    rollout.at(1, { objects: [stuck], events: [refused(stuck)] });
    expect(rollout.at(60, { objects: [stuck], events: [refused(stuck)] }).status).toBe(
      'progressing',
    );
    rollout.at(61, { objects: [stuck], events: [refused(stuck, 2)] });
    expect(rollout.at(76, { objects: [stuck], events: [refused(stuck, 2)] }).status).toBe('failed');
  });

  test('without progress for 10 minutes fails, although it has no deadline of its own', () => {
    const rollout = story(written, { timeout: 3_600_000 });
    const slow = statefulSet({}, { updatedReplicas: 1, availableReplicas: 2 });
    rollout.at(1, { objects: [slow] });
    expect(rollout.at(602, { objects: [slow] }).status).toBe('progressing');
    expect(rollout.at(604, { objects: [slow] })).toMatchObject({
      status: 'failed',
      finding: { reason: 'ProgressDeadlineExceeded' },
    });
  });

  test('with OnDelete succeeds, and says how many pods are still old', () => {
    const set = statefulSet(onDelete, { updatedReplicas: 0 });
    const rollout = story(statefulSet(onDelete, { observedGeneration: 1 }), { bake: 0 });
    const old = [0, 1, 2].map((ordinal) => podAt(set, ordinal, OLD));
    rollout.at(1, { objects: [set, ...old] });
    const verdict = rollout.at(11, { objects: [set, ...old] });
    expect(verdict.status).toBe('succeeded');
    expect(verdict.message).toContain('serving 0 of 3. 3 of 3 pods run an earlier template');
  });
});

describe('a DaemonSet', () => {
  const written = daemonSet({ observedGeneration: 1 });
  const set = daemonSet({ updatedNumberScheduled: 2, numberAvailable: 2 });
  const good = ['a', 'b'].map((name) => podOn(name, set));
  const crashing = {
    ...podOn('c', set, NEW_HASH, { ready: false }),
    status: {
      phase: 'Running',
      containerStatuses: [{ ...ended('web', 1), restartCount: 7 }],
      conditions: [{ type: 'Ready', status: 'False' }],
    },
  };
  const objects = [set, revision(set, 2, NEW_HASH), ...good, crashing];

  test('fails by a new pod that crashes', () => {
    const rollout = story(written);
    expect(rollout.at(1, { objects: [...objects, node('c')] })).toMatchObject({
      status: 'failed',
      finding: { reason: 'CrashLoop', workload: 'daemonset/web' },
    });
  });

  test('is not failed by a pod on a node that is not Ready (trap 32)', () => {
    const rollout = story(written, { bake: 0 });
    const look = { objects: [...objects, node('a'), node('b'), node('c', false)] };
    rollout.at(1, look);
    const verdict = rollout.at(11, look);
    expect(verdict.status).toBe('succeeded');
    expect(verdict.message).toContain('Not waited for: c (not Ready)');
  });
});

describe('a Job', () => {
  const job = (status: object = {}): KubeObject => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'web', namespace: 'shop', uid: 'job-1', generation: 1 },
    spec: { completions: 1, parallelism: 1, backoffLimit: 1, template: template() },
    status,
  });
  const failing = podOf(job(), {
    phase: 'Failed',
    ready: false,
    status: { containerStatuses: [ended('web', 3)] },
  });
  const conditions = [
    { type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', message: 'Job has failed' },
  ];

  test('that is complete has succeeded at once, and stays so when it is removed', () => {
    const rollout = story(job());
    const complete = job({ succeeded: 1, conditions: [{ type: 'Complete', status: 'True' }] });
    expect(rollout.at(1, { objects: [job({ active: 1 })] }).status).toBe('progressing');
    expect(rollout.at(2, { objects: [complete] }).status).toBe('succeeded');
    expect(rollout.at(3, {}).status).toBe('succeeded');
  });

  test('whose container has ended well is not said to have crashed', () => {
    const rollout = story(job());
    const done = podOf(job(), {
      ready: false,
      phase: 'Succeeded',
      status: { containerStatuses: [ended('web', 0)] },
    });
    const task = { ...done, spec: { ...done.spec, restartPolicy: 'Never' } };
    const { message } = rollout.at(1, { objects: [job({ active: 0 }), task] });
    expect(message).toBe('0 of 1 succeeded, 0 active');
  });

  test('that is removed before it is complete has failed', () => {
    const rollout = story(job());
    rollout.at(1, { objects: [job({ active: 1 })] });
    expect(rollout.at(2, {})).toMatchObject({ finding: { reason: 'WorkloadDeleted' } });
  });

  test('is failed by its own limit and not by ours, and the exit of its pod is the cause', () => {
    const rollout = story(job());
    const retried = {
      ...failing,
      status: { ...failing.status, containerStatuses: [{ ...ended('web', 3), restartCount: 8 }] },
    };
    expect(rollout.at(1, { objects: [job({ active: 1 }), retried] }).status).toBe('progressing');
    const verdict = rollout.at(2, { objects: [job({ failed: 2, conditions }), failing] });
    expect(verdict).toMatchObject({
      status: 'failed',
      finding: { reason: 'CrashLoop', message: expect.stringContaining('exited with code 3') },
    });
    expect('findings' in verdict && verdict.findings.at(-1)?.reason).toBe('BackoffLimitExceeded');
  });

  test('whose pods are removed with its failure still says what they said', () => {
    const rollout = story(job());
    rollout.at(1, { objects: [job({ active: 1 }), failing] });
    expect(rollout.at(2, { objects: [job({ failed: 1, conditions })] })).toMatchObject({
      finding: { reason: 'CrashLoop', pod: 'web-0' },
    });
  });

  test('may run for longer than the time that a rollout may make no progress', () => {
    const rollout = story(job(), { timeout: 7_200_000 });
    const running = { objects: [job({ active: 1, ready: 1 }), podOf(job())] };
    rollout.at(1, running);
    expect(rollout.at(3_600, running).status).toBe('progressing');
  });
});

describe('what names no generation', () => {
  const claim = (phase: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'web', namespace: 'shop', uid: 'claim-1' },
    spec: { storageClassName: 'fast' },
    status: { phase },
  });

  test('is good at once where its state cannot be old news', () => {
    const rollout = story(claim('Pending'));
    expect(rollout.at(1, { objects: [claim('Bound')] })).toEqual({
      status: 'succeeded',
      message: 'Bound',
    });
  });

  test('is believed after 3 s where it can', () => {
    const rollout = story(claim('Pending'));
    expect(rollout.at(1, { objects: [claim('Pending')] }).status).toBe('progressing');
    expect(rollout.at(3.9, { objects: [claim('Pending')] }).status).toBe('progressing');
    expect(rollout.at(4, { objects: [claim('Pending')] }).status).toBe('succeeded');
  });
});
