import { expect, test } from '@jest/globals';
import { inOrder } from './order.ts';

/** `Kind.group/version name`, as an object. */
function manifest(text: string) {
  const [type = '', name = ''] = text.split(' ');
  const [kind = '', ...group] = type.split('.');
  const apiVersion = group.length > 0 ? `${group.join('.')}/v1` : 'v1';
  return { object: { apiVersion, kind, metadata: { name } }, text };
}

const ordered = (texts: readonly string[]): readonly string[] =>
  inOrder(texts.map(manifest)).map(({ text }) => text);

const RIGHT = [
  'Namespace shop',
  'CustomResourceDefinition.apiextensions.k8s.io shops',
  'PriorityClass.scheduling.k8s.io high',
  'ResourceQuota shop',
  'NetworkPolicy.networking.k8s.io shop',
  'PodDisruptionBudget.policy web',
  'ServiceAccount web',
  'ConfigMap web',
  'PersistentVolumeClaim web',
  'Role.rbac.authorization.k8s.io web',
  'RoleBinding.rbac.authorization.k8s.io web',
  'Service web',
  'Deployment.apps web',
  'HorizontalPodAutoscaler.autoscaling web',
  'Shop.example.com web',
  'Ingress.networking.k8s.io web',
  'APIService.apiregistration.k8s.io web',
  'ValidatingAdmissionPolicy.admissionregistration.k8s.io web',
  'ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io web',
  'MutatingWebhookConfiguration.admissionregistration.k8s.io web',
];

test('what others need is written first, and what stands in their way last', () => {
  expect(ordered([...RIGHT].reverse())).toEqual(RIGHT);
});

test('objects of the same rank stay as they were written down', () => {
  const given = [
    'Secret b',
    'ConfigMap a',
    'Secret a',
    'Job.batch b',
    'Deployment.apps c',
    'StatefulSet.apps a',
    'B.example.com b',
    'A.example.com a',
  ];
  expect(ordered(given)).toEqual(given);
});

test('a kind of another group is not taken for the one that Kubernetes has', () => {
  expect(ordered(['Service.serving.knative.dev web', 'Deployment.apps web'])).toEqual([
    'Deployment.apps web',
    'Service.serving.knative.dev web',
  ]);
});
