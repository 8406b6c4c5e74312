import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../cluster/object.ts';
import { causePatch, tellsCause, withCause } from './change-cause.ts';

const NAME = 'kubernetes.io/change-cause';

function web(annotations?: Readonly<Record<string, string>>, manager?: string): KubeObject {
  const fieldsV1 = { 'f:metadata': { 'f:annotations': { [`f:${NAME}`]: {} } } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'web',
      ...(annotations ? { annotations } : {}),
      ...(manager
        ? {
            managedFields: [
              { manager, operation: 'Apply' as const, apiVersion: 'apps/v1', fieldsV1 },
            ],
          }
        : {}),
    },
  };
}

describe('the change-cause', () => {
  test.each([
    ['of a new workload is ours', true, web(), undefined],
    ['of one that has none is ours', true, web(), web({ owner: 'shop' })],
    ['that we have written is ours', true, web(), web({ [NAME]: 'paal' }, 'paal')],
    [
      'that somebody else has written is theirs',
      false,
      web(),
      web({ [NAME]: 'me' }, 'kubectl-annotate'),
    ],
    ['that the manifest has is the manifest’s', false, web({ [NAME]: 'me' }), undefined],
  ])('%s', (_, ours, manifest, live) => {
    expect(tellsCause('Deployment', manifest, live)).toBe(ours);
  });

  test('is for kinds that have a history alone', () => {
    expect(tellsCause('Job', undefined, undefined)).toBe(false);
  });

  test('goes beside other annotations', () => {
    expect(withCause(web({ owner: 'shop' }), 'why').metadata.annotations).toEqual({
      owner: 'shop',
      [NAME]: 'why',
    });
  });

  test('is patched in where there are annotations, and it is ours', () => {
    const path = '/metadata/annotations/kubernetes.io~1change-cause';
    expect(causePatch(web({ owner: 'shop' }), 'why')).toEqual([{ op: 'add', path, value: 'why' }]);
    expect(causePatch(web(), 'why')).toEqual([]);
    expect(causePatch(web({ [NAME]: 'me' }, 'kubectl-annotate'), 'why')).toEqual([]);
  });
});
