import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../cluster/object.ts';
import { deployment } from '../workload/workload.test-data.ts';
import { targetOf } from './rollout.test-data.ts';
import { whyUnwatched } from './unwatched.ts';

function planned(result: KubeObject) {
  return { resource: targetOf(result).resource, result };
}

function service(spec: object): KubeObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { ...spec } };
}

const web = planned(deployment());
const none = new Set<string>();

describe('a Service of the release', () => {
  const own = planned(service({ selector: { app: 'web' } }));

  test('is waited for when a workload of the release makes the pods that it selects', () => {
    expect(whyUnwatched(own, [own, web], none)).toBeUndefined();
  });

  test('is not waited for when nothing of the release can make it serve', () => {
    const other = planned(service({ selector: { app: 'elsewhere' } }));
    const idle = planned(deployment({ spec: { replicas: 0 } }));
    expect(whyUnwatched(other, [other, web], none)).toBe('it selects no pods of this release');
    expect(whyUnwatched(own, [own, idle], none)).toBe('it selects no pods of this release');
  });

  test('without a selector is waited for, because it may need an address', () => {
    const balanced = planned(service({ type: 'LoadBalancer' }));
    expect(whyUnwatched(balanced, [balanced], none)).toBeUndefined();
  });

  test('that may not be watched is left, and the reason is said', () => {
    expect(whyUnwatched(own, [own, web], new Set(['Service']))).toContain('without permission');
  });
});

test('what works as soon as it is stored is not watched', () => {
  const secret = planned({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db' } });
  expect(whyUnwatched(secret, [secret], none)).toBe('it works as soon as it is stored');
});
