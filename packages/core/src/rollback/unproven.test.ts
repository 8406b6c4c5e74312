import { expect, test } from '@jest/globals';
import { release } from '../release/release.test-data.ts';
import type { Availability } from '../workload/availability.ts';
import { deployment } from '../workload/workload.test-data.ts';
import { unprovenSentences } from './unproven.ts';

const WEB = 'deployment/web';
const HALF = { desired: 3, updated: 2, ready: 1, available: 1, full: false };

/** What is said of a rollback of `names` to what was found so. */
function said(availability: Availability | undefined, names: readonly string[] = [WEB]) {
  const found = release(0, 'adopted');
  const workload = { kind: 'Deployment', namespace: 'shop', name: 'web' } as const;
  const { template } = deployment().spec;
  const workloads = [{ workload, template, ...(availability ? { availability } : {}) }];
  const sources = new Map(names.map((name) => [name, found]));
  return unprovenSentences({ sources }, [{ release: found, content: { workloads, objects: [] } }]);
}

test('what was not fully available when it was found may not serve when it is back', () => {
  expect(said(HALF)).toEqual([
    'deployment/web was not fully available when it was found and recorded as release 0 (1 of 3 available, 2 of 3 with that template): it may not serve.',
  ]);
});

test('of what was available, or does not go back, or was not looked at, nothing is said', () => {
  expect(said({ ...HALF, updated: 3, ready: 3, available: 3, full: true })).toEqual([]);
  expect(said(HALF, ['deployment/api'])).toEqual([]);
  expect(said(undefined)).toEqual([]);
});
