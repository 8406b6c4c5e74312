import { describe, expect, test } from '@jest/globals';
import {
  appOfRepository,
  checkAppName,
  contentOf,
  fateOf,
  pruningOf,
  releaseConfigMap,
  releaseOf,
} from './release.ts';

const workload = { kind: 'Deployment', namespace: 'shop', name: 'web' } as const;
const template = { spec: { containers: [{ name: 'web', image: 'shop/web:1' }] } };
const head = {
  app: 'shop',
  number: 3,
  status: 'started',
  version: 'v3',
  run: 'https://run',
  commit: 'c0ffee',
  actor: 'octocat',
} as const;

describe('a release', () => {
  test('is read back from its ConfigMap as it was written', () => {
    const content = { workloads: [{ workload, template }], objects: [] };
    const configMap = releaseConfigMap(head, content);
    expect(configMap.metadata.name).toBe('paal.shop.3');
    expect(releaseOf(configMap.metadata)).toEqual({
      ...head,
      workloads: ['deployment/web'],
      takenBack: [],
      pruned: [],
      created: '',
    });
    expect(contentOf(configMap)).toEqual(content);
  });

  test('tells by its metadata what became of it', () => {
    const { metadata } = releaseConfigMap(head, { workloads: [], objects: [] });
    const { labels, annotations } = fateOf('rolled-out', ['deployment/web']);
    expect(
      releaseOf({
        ...metadata,
        labels: { ...metadata.labels, ...labels },
        annotations: { ...metadata.annotations, ...annotations },
      }),
    ).toMatchObject({ number: 3, status: 'rolled-out', takenBack: ['deployment/web'] });
  });

  test('tells by its metadata which workloads were pruned after it', () => {
    const { metadata } = releaseConfigMap(head, { workloads: [], objects: [] });
    const annotations = { ...metadata.annotations, ...pruningOf(['deployment/old']).annotations };
    expect(releaseOf({ ...metadata, annotations })?.pruned).toEqual(['deployment/old']);
  });

  test('remembers that it prunes, and what releases before it had', () => {
    const old = { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'old' };
    const content = { workloads: [], objects: [], prune: true, inventory: [[old]] };
    expect(contentOf(releaseConfigMap(head, content))).toEqual(content);
  });

  test('never holds what a Secret holds', () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'db' },
      data: { password: 'aHVudGVyMg==' },
      stringData: { user: 'hunter2' },
    };
    const stored = contentOf(releaseConfigMap(head, { workloads: [], objects: [secret] }));
    expect(stored.objects).toEqual([
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db' } },
    ]);
  });

  test('that does not fit into a ConfigMap is refused before anything is changed', () => {
    const noise = Array.from({ length: 100_000 }, () => Math.random().toString(36)).join('');
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'big' },
      data: { noise },
    };
    expect(() => releaseConfigMap(head, { workloads: [], objects: [object] })).toThrow('too large');
  });

  test('that somebody tampered with is named', () => {
    const configMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'paal.shop.3' },
      binaryData: {},
    };
    expect(() => contentOf(configMap)).toThrow('configmap/paal.shop.3 cannot be read');
  });

  test('is not made of a ConfigMap of somebody else', () => {
    expect(releaseOf({ name: 'x', labels: { 'paal.dev/app': 'shop' } })).toBeUndefined();
  });
});

describe("the app's name", () => {
  test("defaults to the repository's", () => {
    expect(appOfRepository('Acme/My_Shop.App')).toBe('my-shop-app');
  });

  test.each(['Shop', 'a b', '-x', 'x'.repeat(51)])('"%s" is refused', (name) => {
    expect(() => checkAppName(name)).toThrow('cannot be used for the release ledger');
  });
});
