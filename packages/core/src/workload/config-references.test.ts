import { describe, expect, test } from '@jest/globals';
import { configReferences, referencePath } from './config-references.ts';
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

describe('the place of a reference', () => {
  const template = {
    spec: {
      containers: [
        {
          name: 'web',
          env: [
            { name: 'A', valueFrom: { secretKeyRef: { name: 'db', key: 'URI' } } },
            { name: 'B', valueFrom: { secretKeyRef: { name: 'db', key: 'USER' } } },
          ],
          envFrom: [{ configMapRef: { name: 'settings' } }],
        },
      ],
      volumes: [
        { name: 'tls', secret: { secretName: 'tls' } },
        { name: 'all', projected: { sources: [{ configMap: { name: 'motd' } }] } },
      ],
    },
  };

  test.each([
    [
      { kind: 'Secret', name: 'db' },
      ['containers', 0, 'env', 0, 'valueFrom', 'secretKeyRef', 'name'],
    ],
    [
      { kind: 'Secret', name: 'db', key: 'USER' },
      ['containers', 0, 'env', 1, 'valueFrom', 'secretKeyRef', 'key'],
    ],
    [
      { kind: 'ConfigMap', name: 'settings' },
      ['containers', 0, 'envFrom', 0, 'configMapRef', 'name'],
    ],
    [{ kind: 'Secret', name: 'tls' }, ['volumes', 0, 'secret', 'secretName']],
    [{ kind: 'Secret', name: 'tls', key: 'tls.crt' }, ['volumes', 0, 'secret', 'secretName']],
    [
      { kind: 'ConfigMap', name: 'motd' },
      ['volumes', 1, 'projected', 'sources', 0, 'configMap', 'name'],
    ],
  ] as const)('to %j is its name, or its key', (wanted, path) => {
    expect(referencePath(template, wanted)).toEqual(['spec', ...path]);
  });

  test('that a template does not have is none', () => {
    expect(referencePath(template, { kind: 'ConfigMap', name: 'db' })).toBeUndefined();
    expect(
      referencePath(template, { kind: 'Secret', name: 'db', key: 'PASSWORD' }),
    ).toBeUndefined();
  });
});
