import { randomBytes } from 'node:crypto';
import type { KubeObject } from '../cluster/object.ts';
import type { Release, ReleaseContent, ReleaseWorkload } from './release.ts';
import { contentOf, type StoredRelease } from './stored.ts';

/** A workload of a release, and its template. */
export const workload = { kind: 'Deployment', namespace: 'shop', name: 'web' } as const;
export const template = { spec: { containers: [{ name: 'web', image: 'shop/web:1' }] } };
/** What the release holds. */
export const content: ReleaseContent = { workloads: [{ workload, template }], objects: [] };
/** The release as it begins. */
export const head = {
  app: 'shop',
  number: 3,
  status: 'started',
  version: 'v3',
  run: 'https://run',
  commit: 'c0ffee',
  actor: 'octocat',
  migrationVersion: '20260101000000-users.js',
} as const;
/** The same, once it is recorded. */
export const release: Release = {
  ...head,
  workloads: ['deployment/web'],
  takenBack: [],
  pruned: [],
  created: '',
};

/** What the API server takes of a ConfigMap's values. */
export const MIB = 1024 * 1024;

/** What the API server counts of a ConfigMap: its values, decoded. */
export function sizeOf({ binaryData }: KubeObject): number {
  return Object.values(binaryData as Readonly<Record<string, string>>)
    .map((text) => Buffer.from(text, 'base64').length)
    .reduce((sum, size) => sum + size, 0);
}

/** `count` workloads with names and environments of which nothing can be squeezed out. */
export function crowd(count: number, bytes = 4_096): readonly ReleaseWorkload[] {
  return Array.from({ length: count }, () => {
    const name = randomBytes(60).toString('hex');
    const env = [{ name: 'NOISE', value: randomBytes((bytes * 3) / 4).toString('base64') }];
    return {
      workload: { kind: 'Deployment', namespace: 'shop', name },
      template: { spec: { containers: [{ name: 'web', image: 'shop/web:1', env }] } },
    } as const;
  });
}

/** What a server makes of a head that is changed by a merge patch. */
export function patched(object: KubeObject, change: object): KubeObject {
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

/** ConfigMaps by their names. */
export function byName(parts: readonly KubeObject[]): ReadonlyMap<string, KubeObject> {
  return new Map(parts.map((part) => [part.metadata.name, part]));
}

/** What is read of a release as it was written. */
export function readBack({ head, parts }: StoredRelease): ReleaseContent {
  return contentOf(head, byName(parts));
}
