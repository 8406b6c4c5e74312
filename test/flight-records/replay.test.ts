import { describe, expect, test } from '@jest/globals';
import { replay } from '@paal/core/rollout/replay';
import { flightRecords, inShort, recordings } from './records.ts';

/** How each rollout ended in the cluster, told by hand: the records themselves may not decide it. */
const ENDED: Readonly<Record<string, string>> = {
  'all-kinds: release 1': 'succeeded',
  'daemonset-blocked: release 2': 'timed-out NodesUnavailable',
  'daemonset-dead-node: release 2': 'succeeded',
  'daemonset-updated: release 2': 'succeeded',
  'deployment-after-deadline: release 3': 'succeeded',
  'deployment-collision: release 4': 'succeeded',
  'deployment-configmap-missing: back to release 1': 'succeeded',
  'deployment-configmap-missing: release 2': 'failed ConfigMapNotFound',
  'deployment-crash: back to release 1': 'succeeded',
  'deployment-crash: release 2': 'failed CrashLoop',
  'deployment-evicted: release 2': 'succeeded',
  'deployment-image-late: release 2': 'succeeded',
  'deployment-image-missing: back to release 1': 'succeeded',
  'deployment-image-missing: release 2': 'failed ImageNotFound',
  'deployment-init-crash: back to release 1': 'succeeded',
  'deployment-init-crash: release 2': 'failed CrashLoop',
  'deployment-min-ready: release 1': 'succeeded',
  'deployment-never-ready: back to release 1': 'succeeded',
  'deployment-never-ready: release 2': 'timed-out ProbeFailed',
  'deployment-oom: back to release 1': 'succeeded',
  'deployment-oom: release 2': 'failed OOMKilled',
  'deployment-paused: release 2': 'failed Paused',
  'deployment-quota-freed: release 2': 'succeeded',
  'deployment-recreate: release 2': 'succeeded',
  'deployment-scaled: release 2': 'succeeded',
  'deployment-secret-key-missing: back to release 1': 'succeeded',
  'deployment-secret-key-missing: release 2': 'failed SecretKeyNotFound',
  'deployment-secret-late: release 2': 'succeeded',
  'deployment-sidecar-recovers: release 2': 'succeeded',
  'deployment-still-broken: release 3': 'failed CrashLoop',
  'deployment-superseded: release 2': 'superseded',
  'deployment-terminating: release 2': 'succeeded',
  'deployment-unchanged: release 2': 'succeeded',
  'deployment-updated: release 2': 'succeeded',
  'job-failed: release 1': 'failed CrashLoop',
  'job-retried: release 1': 'succeeded',
  'pod-failed: release 1': 'failed CrashLoop',
  'statefulset-mended: release 1': 'succeeded',
  'statefulset-wedged: back to release 1': 'succeeded',
  'statefulset-wedged: release 2': 'failed CrashLoop',
  'two-deployments-one-bad: back to release 2': 'succeeded',
  'two-deployments-one-bad: release 3': 'failed ImageNotFound',
};

/** The worst of the verdicts on a rollout: how it ended. */
function worst(verdicts: Iterable<string>): string {
  return [...verdicts].find((verdict) => verdict !== 'succeeded') ?? 'succeeded';
}

describe('a rollout recorded on a real cluster', () => {
  test('is known by its end, each of them', () => {
    const ends = recordings().map(({ name, verdicts }) => [name, worst(verdicts.values())]);
    expect(Object.fromEntries(ends)).toEqual(ENDED);
  });

  test.each([...flightRecords()])('%s is decided again as it was', (_, entries) => {
    const told = replay(entries).flatMap((one) => ('verdict' in one ? [one] : []));
    const ends = recordings().filter(({ name }) => name in ENDED);
    expect(told.length).toBeGreaterThan(0);
    expect(ends.length).toBeGreaterThan(0);
    const last = new Map(told.map(({ workload, verdict }) => [workload, inShort(verdict)]));
    const recorded = new Map(
      entries.flatMap((entry) =>
        'verdict' in entry ? [[entry.workload, inShort(entry.verdict)] as const] : [],
      ),
    );
    expect(last).toEqual(recorded);
  });
});
