import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import type { Completion } from './completion.ts';
import { fateOf, pruningOf, releaseOf } from './metadata.ts';
import {
  byName,
  content,
  crowd,
  head,
  MIB,
  patched,
  readBack,
  release,
  sizeOf,
  template,
  workload,
} from './stored.test-data.ts';
import { contentOf, partNames, sealing, storedCompletion, storedRelease } from './stored.ts';

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
