import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../cluster/object.ts';
import { differs } from './plan-objects.ts';
import { hasChanged } from './write.ts';

function object(fields: object, metadata: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Thing',
    metadata: { name: 'a', uid: '1', resourceVersion: '1', ...metadata },
    ...fields,
  };
}

const LAST_APPLIED = { 'kubectl.kubernetes.io/last-applied-configuration': '{}' };
const data = { data: { a: '1' } };
const taken = { resourceVersion: '2', managedFields: [{ manager: 'paal', operation: 'Apply' }] };

describe('nothing changes', () => {
  test('when only the bookkeeping of kubectl goes, and managers change', () => {
    const live = object(data, { annotations: { ...LAST_APPLIED, team: 'shop' } });
    const ours = { team: 'shop', 'paal.dev/first-config-hash': 'abc' };
    const result = object(data, { ...taken, annotations: ours });
    expect(differs(live, result)).toBe(false);
    expect(hasChanged(live, result)).toBe(false);
  });

  test('when only the status does', () => {
    expect(differs(object({ ...data, status: 1 }), object({ ...data, status: 2 }))).toBe(false);
  });
});

describe('something changes', () => {
  test.each([
    ['the content', object({ data: { a: '2' } })],
    ['a label', object(data, { labels: { tier: 'web' } })],
    ['an annotation of the user', object(data, { annotations: { team: 'shop' } })],
  ])('when %s does', (_, result) => {
    const live = object(data, { annotations: LAST_APPLIED });
    expect(differs(live, result)).toBe(true);
    expect(hasChanged(live, result)).toBe(true);
  });

  test('when it is new, or another object of the same name', () => {
    expect(differs(undefined, object(data))).toBe(true);
    expect(hasChanged(undefined, object(data))).toBe(true);
    expect(hasChanged(object(data), object(data, { uid: '2' }))).toBe(true);
  });

  test('that is not to be waited for, when only annotations do', () => {
    const spec = { spec: { replicas: 1 } };
    expect(hasChanged(object(spec), object(spec, { annotations: { a: '1' } }))).toBe(false);
  });
});
