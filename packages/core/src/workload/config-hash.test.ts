import { describe, expect, test } from '@jest/globals';
import type { KubeObject, ManagedFields } from '../cluster/object.ts';
import { CONFIG_HASH, withConfigHashes } from './config-hash.ts';
import type { PodTemplate } from './types.ts';

const OURS: readonly ManagedFields[] = [{ manager: 'paal', operation: 'Apply' }];

function config(data: object, more: object = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data, ...more };
}

function secret(more: object): KubeObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'password' }, ...more };
}

function workload(spec: object, kind = 'Deployment', annotations: object = {}): KubeObject {
  return {
    apiVersion: kind === 'Job' ? 'batch/v1' : 'apps/v1',
    kind,
    metadata: { name: 'web', annotations: { ...annotations } },
    spec: { template: { spec: { containers: [{ name: 'web', ...spec }] } } },
  };
}

const all = { envFrom: [{ configMapRef: { name: 'settings' } }] };
const hidden = { envFrom: [{ secretRef: { name: 'password' } }] };
const oneKey = {
  env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'settings', key: 'a' } } }],
};

interface Given {
  readonly live?: readonly KubeObject[];
  readonly enabled?: boolean;
}

/** The workload, which stands first, as it would be applied. */
function applied(objects: readonly KubeObject[], { live = [], enabled = true }: Given = {}) {
  const liveOf = ({ kind, metadata }: KubeObject): KubeObject | undefined =>
    live.find((one) => one.kind === kind && one.metadata.name === metadata.name);
  const [first] = withConfigHashes(objects, liveOf, enabled);
  return first as KubeObject & { readonly spec: { readonly template: PodTemplate } };
}

function hashOf(objects: readonly KubeObject[], given: Given = {}): string | undefined {
  return applied(objects, given).spec.template.metadata?.annotations?.[CONFIG_HASH];
}

const before = [workload(all), config({ a: '1' })];
const after = [workload(all), config({ a: '2' })];

describe('the config hash of a template', () => {
  test.each(['Deployment', 'StatefulSet', 'DaemonSet'])(
    'of a %s changes with a ConfigMap that it reads',
    (kind) => {
      const web = workload(all, kind);
      const hash = hashOf([web, config({ a: '1' })]);
      expect(hash).toMatch(/^[0-9a-f]{16}$/);
      expect(hashOf([web, config({ a: '1' })])).toBe(hash);
      expect(hashOf([web, config({ a: '2' })])).not.toBe(hash);
      expect(hashOf([web, config({ a: '1', b: '' })])).not.toBe(hash);
      expect(hashOf([web, config({})])).not.toBe(hash);
    },
  );

  test('changes with a Secret, which it does not show', () => {
    const hash = hashOf([workload(hidden), secret({ stringData: { a: 'hunter2' } })]);
    expect(hashOf([workload(hidden), secret({ stringData: { a: 'hunter3' } })])).not.toBe(hash);
    expect(
      JSON.stringify(applied([workload(hidden), secret({ stringData: { a: 'hunter2' } })])),
    ).not.toMatch('hunter2');
  });

  test('does not change when the same content is written in another way', () => {
    expect(hashOf([workload(all), config({ b: '2', a: '1' })])).toBe(
      hashOf([workload(all), config({ a: '1', b: '2' })]),
    );
    expect(hashOf([workload(hidden), secret({ data: { a: 'eA==' } })])).toBe(
      hashOf([workload(hidden), secret({ stringData: { a: 'x' } })]),
    );
    expect(
      hashOf([
        workload(all),
        config({ a: 'x' }, { metadata: { name: 'settings', labels: { b: 'c' } } }),
      ]),
    ).toBe(hashOf([workload(all), config({ a: 'x' })]));
  });

  test('does not change with a key that no container reads', () => {
    expect(hashOf([workload(oneKey), config({ a: '1', b: '1' })])).toBe(
      hashOf([workload(oneKey), config({ a: '1', b: '2' })]),
    );
  });

  test('leaves the other annotations of the template', () => {
    const template = { metadata: { annotations: { a: 'b' } }, spec: { containers: [all] } };
    const web = { ...workload({}), spec: { template } };
    const { metadata } = applied([web, config({ a: '1' })]).spec.template;
    expect(metadata?.annotations).toMatchObject({ a: 'b', [CONFIG_HASH]: expect.any(String) });
  });

  test.each([
    ['no ConfigMap of the manifests is read', [workload({}), config({ a: '1' })], {}],
    ['what is read is not in the manifests', [workload(all)], {}],
    [
      'the workload opts out',
      [workload(all, 'Deployment', { [CONFIG_HASH]: 'false' }), config({ a: '1' })],
      {},
    ],
    ['the option is off', before, { enabled: false }],
    ['it is a Job, whose template cannot change', [workload(all, 'Job'), config({ a: '1' })], {}],
  ] as const)('is not there when %s', (_, objects, given) => {
    expect(applied(objects, given)).toEqual(objects[0]);
  });
});

describe('unchanged config rolls nothing', () => {
  test('when we meet a workload for the first time, nor later', () => {
    const first = applied(before, { live: before });
    expect(first.spec).toEqual(before[0]?.spec);
    const live = [
      first,
      config({ a: '1' }, { metadata: { name: 'settings', managedFields: OURS } }),
    ];
    expect(applied(before, { live })).toEqual(first);
    expect(hashOf(after, { live })).toBe(hashOf(after));
  });

  test('but it does when it changes with the first contact', () => {
    expect(hashOf(after, { live: before })).toBe(hashOf(after));
  });

  test('but it does when a run ended between the ConfigMap and the workload', () => {
    const first = applied(before, { live: before });
    expect(hashOf(after, { live: [first, config({ a: '2' })] })).toBe(hashOf(after));
    const ours = config({ a: '2' }, { metadata: { name: 'settings', managedFields: OURS } });
    expect(hashOf(after, { live: [workload(all), ours] })).toBe(hashOf(after));
  });

  test('when hashing is switched off, or nothing is left to hash', () => {
    const live = [applied(before), config({ a: '1' })];
    expect(hashOf(before, { live, enabled: false })).toBe(hashOf(before));
    expect(hashOf([workload(all)], { live })).toBe(hashOf(before));
  });
});
