import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../cluster/object.ts';
import { availabilityOf, shownAvailability } from './availability.ts';
import { deployment } from './workload.test-data.ts';

function daemonSet(status: object): KubeObject {
  const metadata = { name: 'agent', generation: 1 };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata,
    status: { observedGeneration: 1, ...status },
  };
}

describe('how available a workload is', () => {
  test('is what its status counts', () => {
    const seen = availabilityOf('Deployment', deployment());
    expect(seen).toEqual({ desired: 3, updated: 3, ready: 3, available: 3, full: true });
    expect(seen && shownAvailability(seen)).toBe('3/3');
  });

  test.each([
    ['a pod is not available', { availableReplicas: 2 }, '2/3'],
    ['a pod is of another template', { updatedReplicas: 2 }, '3/3 (2 updated)'],
    ['an old pod is still there', { replicas: 4 }, '3/3'],
    ['the controller has not seen the change', { observedGeneration: 1 }, '3/3'],
  ])('is not full when %s', (_, status, shown) => {
    const seen = availabilityOf('Deployment', deployment({ status }));
    expect(seen?.full).toBe(false);
    expect(seen && shownAvailability(seen)).toBe(shown);
  });

  test('of a DaemonSet is counted in nodes', () => {
    const two = { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberReady: 2 };
    const all = daemonSet({ ...two, numberAvailable: 2 });
    const full = { desired: 2, updated: 2, ready: 2, available: 2, full: true };
    expect(availabilityOf('DaemonSet', all)).toEqual(full);
    const one = daemonSet({ ...two, numberAvailable: 1 });
    expect(availabilityOf('DaemonSet', one)).toEqual({ ...full, available: 1, full: false });
  });

  test('of what has no pods to keep is not told, and without a status it is none', () => {
    const object = { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'report' } };
    expect(availabilityOf('CronJob', object)).toBeUndefined();
    const bare = { ...deployment(), status: undefined };
    expect(availabilityOf('Deployment', bare)).toMatchObject({ available: 0, full: false });
  });
});
