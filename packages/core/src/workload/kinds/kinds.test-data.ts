import type { KubeObject, ObjectMeta } from '../../cluster/object.ts';
import type { ContainerStatus, Pod, PodTemplate } from '../types.ts';
import { type Collections, collectionKey, type KindRules, type Progress } from './kind.ts';

/** Objects as a real API server sends them, cut to what the rules read. */

/** The template of the shop's web server. */
export function template(image = 'shop/web:2'): PodTemplate {
  return {
    metadata: { labels: { app: 'web' } },
    spec: { containers: [{ name: 'web', image }] },
  };
}

/** A pod that `owner` controls; Ready unless told otherwise. */
export function podOf(
  owner: KubeObject,
  options: {
    readonly name?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly ready?: boolean;
    readonly leaving?: boolean;
    readonly node?: string;
    readonly phase?: string;
    readonly status?: Partial<NonNullable<Pod['status']>>;
  } = {},
): Pod {
  const { name = 'web-0', labels = {}, ready = true, leaving = false, node, phase } = options;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'shop',
      uid: `uid-${name}`,
      labels: { app: 'web', ...labels },
      ...(leaving ? { deletionTimestamp: '2026-11-24T06:33:42Z' } : {}),
      ownerReferences: [
        {
          kind: owner.kind,
          name: owner.metadata.name,
          uid: owner.metadata.uid ?? '',
          controller: true,
        },
      ],
    },
    spec: { containers: [{ name: 'web' }], ...(node ? { nodeName: node } : {}) },
    status: {
      phase: phase ?? 'Running',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      ...options.status,
    },
  };
}

/** A container that has ended. */
export function ended(
  name: string,
  exitCode: number,
  more: { readonly reason?: string; readonly message?: string } = {},
): ContainerStatus {
  const reason = more.reason ?? (exitCode === 0 ? 'Completed' : 'Error');
  return {
    name,
    ready: false,
    restartCount: 0,
    state: { terminated: { exitCode, ...more, reason } },
  };
}

const PLURALS: Readonly<Record<string, string>> = {
  EndpointSlice: 'endpointslices',
  StorageClass: 'storageclasses',
};

/** Everything that is known. */
export function collectionsOf(...objects: readonly KubeObject[]): Collections {
  const collections: Record<string, KubeObject[]> = {};
  for (const object of objects) {
    const name = PLURALS[object.kind] ?? `${object.kind.toLowerCase()}s`;
    const key = collectionKey({ ...object, name, namespaced: true });
    collections[key] = [...(collections[key] ?? []), object];
  }
  return collections;
}

/** How far an object is, when these others are known. */
export function judged(
  rules: KindRules,
  object: KubeObject,
  ...others: readonly KubeObject[]
): Progress {
  return rules.progress(object, rules.relate(object, collectionsOf(object, ...others)));
}

/** `object` with other metadata. */
export function withMeta<T extends KubeObject>(object: T, metadata: Partial<ObjectMeta>): T {
  return { ...object, metadata: { ...object.metadata, ...metadata } };
}

/** `object` on its way out. */
export function leaving<T extends KubeObject>(object: T): T {
  return withMeta(object, { deletionTimestamp: '2026-11-24T06:33:42Z' });
}
