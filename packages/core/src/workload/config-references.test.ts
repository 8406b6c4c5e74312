import { expect, test } from '@jest/globals';
import { configReferences } from './config-references.ts';
import type { PodTemplate } from './types.ts';

const template = {
  spec: {
    imagePullSecrets: [{ name: 'registry' }],
    containers: [
      {
        name: 'web',
        env: [
          { name: 'A', value: '1' },
          { name: 'B', valueFrom: { configMapKeyRef: { name: 'settings', key: 'b' } } },
          { name: 'C', valueFrom: { secretKeyRef: { name: 'password', key: 'c' } } },
          { name: 'D', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        ],
      },
    ],
    initContainers: [{ name: 'init', envFrom: [{ configMapRef: { name: 'init' } }] }],
    ephemeralContainers: [{ name: 'debug', envFrom: [{ secretRef: { name: 'debug' } }] }],
    volumes: [
      { name: 'empty', emptyDir: {} },
      { name: 'files', configMap: { name: 'files', items: [{ key: 'x', path: 'y' }] } },
      { name: 'certificate', secret: { secretName: 'certificate' } },
      {
        name: 'all',
        projected: {
          sources: [
            { configMap: { name: 'projected' } },
            { secret: { name: 'hidden', items: [{ key: 'k', path: 'k' }] } },
            { serviceAccountToken: { path: 'token' } },
          ],
        },
      },
    ],
  },
} as PodTemplate;

test('a template refers to what its containers read, wherever that stands', () => {
  expect(
    configReferences(template).map(({ kind, name, keys = ['*'] }) => `${kind} ${name} ${keys}`),
  ).toEqual([
    'ConfigMap files x',
    'Secret certificate *',
    'ConfigMap projected *',
    'Secret hidden k',
    'ConfigMap settings b',
    'Secret password c',
    'ConfigMap init *',
    'Secret debug *',
  ]);
});
