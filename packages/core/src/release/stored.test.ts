import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { KubeObject } from '../cluster/object.ts';
import type { Completion } from './completion.ts';
import { fateOf, partOf, pruningOf, releaseOf } from './metadata.ts';
import type { Release, ReleaseContent, ReleaseWorkload } from './release.ts';
import {
  contentOf,
  partNames,
  pieces,
  type StoredRelease,
  sealing,
  storedCompletion,
  storedRelease,
} from './stored.ts';

const workload = { kind: 'Deployment', namespace: 'shop', name: 'web' } as const;
const template = { spec: { containers: [{ name: 'web', image: 'shop/web:1' }] } };
const content: ReleaseContent = { workloads: [{ workload, template }], objects: [] };
const head = {
  app: 'shop',
  number: 3,
  status: 'started',
  version: 'v3',
  run: 'https://run',
  commit: 'c0ffee',
  actor: 'octocat',
} as const;
const release: Release = {
  ...head,
  workloads: ['deployment/web'],
  takenBack: [],
  pruned: [],
  created: '',
};

const MIB = 1024 * 1024;

/** What the API server counts of a ConfigMap: its values, decoded. */
function sizeOf({ binaryData }: KubeObject): number {
  return Object.values(binaryData as Readonly<Record<string, string>>)
    .map((text) => Buffer.from(text, 'base64').length)
    .reduce((sum, size) => sum + size, 0);
}

/** `count` workloads with names and environments of which nothing can be squeezed out. */
function crowd(count: number, bytes = 4_096): readonly ReleaseWorkload[] {
  return Array.from({ length: count }, () => {
    const name = randomBytes(32).toString('hex');
    const env = [{ name: 'NOISE', value: randomBytes((bytes * 3) / 4).toString('base64') }];
    return {
      workload: { kind: 'Deployment', namespace: 'shop', name },
      template: { spec: { containers: [{ name: 'web', image: 'shop/web:1', env }] } },
    } as const;
  });
}

/** What a server makes of a head that is changed by a merge patch. */
function patched(object: KubeObject, change: object): KubeObject {
  const { metadata, binaryData, ...rest } = change as KubeObject;
  const { labels, annotations } = object.metadata;
  return {
    ...object,
    ...rest,
    metadata: {
      ...object.metadata,
      labels: { ...labels, ...metadata.labels },
      annotations: { ...annotations, ...metadata.annotations },
    },
    binaryData: { ...(object.binaryData as object), ...(binaryData as object) },
  };
}

function byName(parts: readonly KubeObject[]): ReadonlyMap<string, KubeObject> {
  return new Map(parts.map((part) => [part.metadata.name, part]));
}

function readBack({ head, parts }: StoredRelease): ReleaseContent {
  return contentOf(head, byName(parts));
}

describe('a release', () => {
  test('is one ConfigMap, and is read back as it was written', () => {
    const stored = storedRelease(head, content);
    expect(stored.parts).toEqual([]);
    expect(stored.head.metadata.name).toBe('paal.shop.3');
    expect(releaseOf(stored.head.metadata)).toEqual(release);
    expect(readBack(stored)).toEqual(content);
  });

  test('can be completed until it is sealed, and what was merely found is sealed at once', () => {
    expect(storedRelease(head, content).head.immutable).toBeUndefined();
    expect(storedRelease({ ...head, status: 'adopted' }, content).head.immutable).toBe(true);
    expect(sealing(release, 'failed', [])).toMatchObject({ immutable: true });
    expect(storedCompletion(release, 'rolled-out', { workloads: [] }).change).toMatchObject({
      immutable: true,
      metadata: { labels: { 'paal.dev/status': 'rolled-out' } },
    });
  });

  test('tells by its metadata what became of it', () => {
    const { metadata } = storedRelease(head, content).head;
    const { labels, annotations } = fateOf(release, 'rolled-out', ['deployment/web']);
    expect(
      releaseOf({
        ...metadata,
        labels: { ...metadata.labels, ...labels },
        annotations: { ...metadata.annotations, ...annotations },
      }),
    ).toMatchObject({ number: 3, status: 'rolled-out', takenBack: ['deployment/web'] });
  });

  test('tells by its metadata which workloads were pruned after it', () => {
    const { metadata } = storedRelease(head, content).head;
    const annotations = { ...metadata.annotations, ...pruningOf(['deployment/old']).annotations };
    expect(releaseOf({ ...metadata, annotations })?.pruned).toEqual(['deployment/old']);
  });

  test('remembers that it prunes, and what releases before it had', () => {
    const old = { apiVersion: 'v1', kind: 'Service', namespace: 'shop', name: 'old' };
    const pruning = { workloads: [], objects: [], prune: true, inventory: [[old]] };
    expect(readBack(storedRelease(head, pruning))).toEqual(pruning);
  });

  test('never holds what a Secret holds', () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'db' },
      data: { password: 'aHVudGVyMg==' },
      stringData: { user: 'hunter2' },
    };
    const stored = readBack(storedRelease(head, { workloads: [], objects: [secret] }));
    expect(stored.objects).toEqual([
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db' } },
    ]);
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

  test('that an earlier PAAL wrote, sealed and without what completes it, is read as it is', () => {
    const text = gzipSync(JSON.stringify(content)).toString('base64');
    const labels = {
      'paal.dev/app': 'shop',
      'paal.dev/release': '3',
      'paal.dev/status': 'verified',
    };
    const annotations = { 'paal.dev/workloads': 'deployment/web,deployment/api' };
    const configMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'paal.shop.3', labels, annotations },
      binaryData: { 'release.json.gz': text },
      immutable: true,
    };
    expect(contentOf(configMap)).toEqual(content);
    expect(releaseOf(configMap.metadata)).toMatchObject({
      status: 'verified',
      workloads: ['deployment/web', 'deployment/api'],
      takenBack: [],
    });
  });
});

describe('what completes a release', () => {
  const id = { digest: `sha256:${'a'.repeat(64)}`, of: 'manifest' } as const;
  const defaulted = { spec: { ...template.spec, restartPolicy: 'Always' } };
  const completion: Completion = {
    workloads: [{ name: 'deployment/web', template: defaulted, images: { web: [id] } }],
    config: { salt: 'c2FsdA==', hashes: { 'Secret db': 'aGFzaA==' } },
  };

  test('is read with what it held before', () => {
    const stored = storedRelease(head, content);
    const { change, parts } = storedCompletion(release, 'rolled-out', completion);
    expect(parts).toEqual([]);
    const after = patched(stored.head, change);
    expect(releaseOf(after.metadata)?.status).toBe('rolled-out');
    expect(contentOf(after)).toEqual({
      workloads: [{ workload, template: defaulted, images: { web: [id] } }],
      objects: [],
      config: completion.config,
    });
  });

  test('leaves room for itself beside what it held, or goes to parts of its own', () => {
    const workloads = crowd(130);
    const stored = storedRelease(head, { workloads, objects: [] });
    expect(stored.parts).toEqual([]);
    const all = workloads.map((one) => ({
      name: `deployment/${one.workload.name}`,
      template: { spec: { ...one.template.spec, restartPolicy: 'Always' } },
    }));
    const { change, parts } = storedCompletion(release, 'rolled-out', { workloads: all });
    expect(parts.map(({ metadata }) => metadata.name)).toEqual([
      'paal.shop.3.rolled-out-1',
      'paal.shop.3.rolled-out-2',
    ]);
    const after = patched(stored.head, change);
    expect(sizeOf(after)).toBeLessThan(MIB);
    expect(partNames(after.metadata)).toEqual(parts.map(({ metadata }) => metadata.name));
    expect(contentOf(after, byName(parts)).workloads[7]?.template).toEqual(all[7]?.template);
  });
});

describe('a release of a thousand workloads', () => {
  const workloads = crowd(1_000);
  const stored = storedRelease(head, { workloads, objects: [] });

  test('is in parts that the API server takes, and read from them', () => {
    expect(stored.parts.length).toBeGreaterThan(5);
    for (const one of [stored.head, ...stored.parts]) expect(sizeOf(one)).toBeLessThan(MIB);
    expect(partNames(stored.head.metadata)).toEqual(
      stored.parts.map(({ metadata }) => metadata.name),
    );
    expect(readBack(stored)).toEqual({ workloads, objects: [] });
  });

  test('has annotations that the API server takes, whatever became of it', () => {
    const names = workloads.map((one) => `deployment/${one.workload.name}`);
    const whole: Release = { ...release, workloads: names };
    const { metadata } = patched(stored.head, {
      metadata: {
        labels: {},
        annotations: {
          ...fateOf(whole, 'rolled-back', names).annotations,
          ...pruningOf(names).annotations,
        },
      },
    });
    const size = Object.entries(metadata.annotations ?? {})
      .flat()
      .join('').length;
    expect(size).toBeLessThan(256 * 1024);
    expect(releaseOf(metadata)).toMatchObject({
      workloads: names,
      takenBack: names,
      pruned: names,
    });
  });

  test('is no release by its parts, which say whose they are', () => {
    for (const { metadata } of stored.parts) {
      expect(releaseOf(metadata)).toBeUndefined();
      expect(partOf(metadata)).toBe(3);
    }
    expect(partOf(stored.head.metadata)).toBeUndefined();
  });

  test('cannot be read when a part is missing, or is that of another', () => {
    const [first, second, ...rest] = stored.parts as [KubeObject, KubeObject, ...KubeObject[]];
    const swapped = { ...first, binaryData: second.binaryData };
    for (const parts of [
      [first, ...rest],
      [swapped, second, ...rest],
    ]) {
      expect(() => contentOf(stored.head, byName(parts))).toThrow(
        'configmap/paal.shop.3 cannot be read',
      );
    }
  });
});

test('a release whose names alone are too much is refused before anything is changed', () => {
  const names = Array.from({ length: 2_000 }, () => randomBytes(120).toString('hex'));
  const workloads = names.map((name) => ({ workload: { ...workload, name }, template }));
  expect(() => storedRelease(head, { workloads, objects: [] })).toThrow(
    /too many workloads for the ledger .*Nothing was changed/,
  );
});

test('pieces are never too large, and joined they are the whole', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.integer({ min: 1, max: 60 }),
      (bytes, most) => {
        const cut = pieces(bytes, most);
        expect(cut.every(({ length }) => length <= most)).toBe(true);
        expect(cut.length).toBe(Math.max(1, Math.ceil(bytes.length / most)));
        expect(Buffer.concat(cut)).toEqual(Buffer.from(bytes));
      },
    ),
  );
});
