import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../cluster/object.ts';
import type { ObjectRef } from '../release/inventory.ts';
import type { PodTemplate } from '../workload/types.ts';
import { type Leftover, needsOf, planPrune } from './prune.ts';

/** `Kind.group name`, in a namespace. */
function ref(text: string, namespace: string | undefined = 'shop'): ObjectRef {
  const [type = '', name = ''] = text.split(' ');
  const [kind = '', ...group] = type.split('.');
  const apiVersion = group.length > 0 ? `${group.join('.')}/v1` : 'v1';
  return { apiVersion, kind, namespace, name };
}

function leftover(text: string, metadata: object = {}, namespace?: string | null): Leftover {
  const one = ref(text, namespace === null ? undefined : namespace);
  const { apiVersion, kind, name } = one;
  return {
    ref: namespace === null ? { ...one, namespace: undefined } : one,
    live: {
      apiVersion,
      kind,
      metadata: {
        name,
        uid: text,
        managedFields: [{ manager: 'paal', operation: 'Apply' }],
        ...metadata,
      },
    },
  };
}

/** What is deleted, and what is kept and why, by name. */
function plan(leftovers: readonly Leftover[], applied: readonly KubeObject[] = [], refers = '') {
  const kept = [{ name: 'release 3 of shop', refersTo: refers ? [ref(refers)] : [] }];
  const { deleted, kept: stays } = planPrune(leftovers, applied, kept);
  return {
    deleted: deleted.map((one) => one.ref.name),
    kept: Object.fromEntries(stays.map((one) => [one.ref.name, one.because])),
  };
}

describe('pruning', () => {
  test('deletes in the opposite order of writing', () => {
    const given = [
      'ConfigMap settings',
      'Service web',
      'Deployment.apps worker',
      'Ingress.networking.k8s.io shop',
    ];
    expect(plan(given.map((text) => leftover(text)))).toEqual({
      deleted: ['shop', 'worker', 'web', 'settings'],
      kept: {},
    });
  });

  test('deletes in namespace default, and Secrets that nobody needs', () => {
    expect(plan([leftover('Secret old', {}, 'default')]).deleted).toEqual(['old']);
  });

  test.each([
    [
      'in kube-system',
      leftover('Service x', {}, 'kube-system'),
      'namespace kube-system is protected',
    ],
    [
      'in kube-public',
      leftover('Service x', {}, 'kube-public'),
      'namespace kube-public is protected',
    ],
    [
      'in kube-node-lease',
      leftover('Service x', {}, 'kube-node-lease'),
      'namespace kube-node-lease is protected',
    ],
    ['that is a claim', leftover('PersistentVolumeClaim x'), 'it holds data'],
    [
      'that is a Namespace',
      leftover('Namespace x', {}, null),
      'it is in no namespace, and others may use it',
    ],
    [
      'that is a CRD',
      leftover('CustomResourceDefinition.apiextensions.k8s.io x', {}, null),
      'it is in no namespace, and others may use it',
    ],
    [
      'that shall stay',
      leftover('Service x', { annotations: { 'paal.dev/prune': 'false' } }),
      'of its annotation paal.dev/prune: false',
    ],
    [
      'that helm shall keep',
      leftover('Service x', { annotations: { 'helm.sh/resource-policy': 'keep' } }),
      'of its annotation helm.sh/resource-policy: keep',
    ],
    [
      'that a controller owns',
      leftover('Secret x', {
        ownerReferences: [{ kind: 'Certificate', name: 'tls', uid: '1', controller: true }],
      }),
      'certificate/tls owns it now',
    ],
    [
      'that we do not manage',
      leftover('Service x', { managedFields: [{ manager: 'helm', operation: 'Apply' }] }),
      'paal manages no field of it any more',
    ],
  ])('keeps an object %s, and says why', (_, given, because) => {
    expect(plan([given])).toEqual({ deleted: [], kept: { x: because } });
  });

  test('keeps what a kept release needs, and says which', () => {
    const given = [leftover('ConfigMap settings-1'), leftover('ConfigMap settings-2')];
    expect(plan(given, [], 'ConfigMap settings-1')).toEqual({
      deleted: ['settings-2'],
      kept: { 'settings-1': 'release 3 of shop needs it' },
    });
  });

  test('keeps an object that was applied under another name of its kind', () => {
    const old = leftover('Ingress.extensions web', { uid: 'same' });
    const now = leftover('Ingress.networking.k8s.io web', { uid: 'same' });
    expect(plan([old], [now.live]).deleted).toEqual([]);
  });

  test('has nothing to do with what is being deleted already', () => {
    const given = leftover('Service x', { deletionTimestamp: '2026-01-01T00:00:00Z' });
    expect(plan([given])).toEqual({ deleted: [], kept: {} });
  });
});

test('a release needs what its pods refer to, and its Secrets', () => {
  const template = {
    spec: {
      serviceAccountName: 'web',
      imagePullSecrets: [{ name: 'registry' }],
      containers: [{ name: 'web', envFrom: [{ configMapRef: { name: 'settings' } }] }],
    },
  } as PodTemplate;
  const objects = [leftover('Secret tls').live, leftover('Service web').live];
  expect(needsOf([template], objects, 'shop')).toEqual(
    ['ConfigMap settings', 'Secret registry', 'ServiceAccount web', 'Secret tls'].map((text) =>
      ref(text),
    ),
  );
});
