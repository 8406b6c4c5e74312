import { expect, test } from '@jest/globals';
import type { KubeObject } from '../cluster/object.ts';
import { restorable } from './restore.ts';

/** `Kind.group name`. */
function object(text: string): KubeObject {
  const [type = '', name = ''] = text.split(' ');
  const [kind = '', ...group] = type.split('.');
  const apiVersion = group.length > 0 ? `${group.join('.')}/v1` : 'v1';
  return { apiVersion, kind, metadata: { name } };
}

function names(texts: readonly string[], namespace = 'shop'): readonly string[] {
  return restorable(texts.map(object), namespace).map(({ kind }) => kind);
}

test('what a rollback brings back is what can be pruned, in the order of writing', () => {
  expect(names(['Ingress.networking.k8s.io web', 'Service web', 'ServiceAccount web'])).toEqual([
    'ServiceAccount',
    'Service',
    'Ingress',
  ]);
  expect(names(['Service web'], 'kube-system')).toEqual([]);
});

test.each([
  'ConfigMap web',
  'Secret web',
  'PersistentVolumeClaim data',
  'Job.batch migrate',
  'Pod once',
  'Deployment.apps web',
  'StatefulSet.apps db',
])('a %s is put back in its own way, or is not', (text) => {
  expect(names([text])).toEqual([]);
});
