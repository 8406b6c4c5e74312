import { readObject } from '../cluster/apply.ts';
import type { Connection } from '../cluster/connection.ts';
import { type KubeObject, objectName, RESOURCES } from '../cluster/object.ts';
import type { MissingObject } from '../report/finding.ts';
import { type Collections, collectionKey } from '../workload/kinds/kind.ts';
import type { Standing } from './tracker.ts';

const KINDS = { ConfigMap: RESOURCES.configMaps, Secret: RESOURCES.secrets } as const;

/** A verdict waits for the answer; who does not give one soon is not waited for. */
const PATIENCE = { patience: 1_000, timeout: 2_000 } as const;

/** What the failures of `standings` call missing. Pure. */
export function calledMissing(
  standings: readonly Standing[],
): readonly { readonly namespace: string; readonly missing: MissingObject }[] {
  return standings.flatMap(({ target, verdict }) => {
    const missing = verdict.status === 'failed' ? verdict.finding.missing : undefined;
    return missing ? [{ namespace: target.namespace ?? '', missing }] : [];
  });
}

/** The object with the names of its keys alone. */
function withoutValues(kind: MissingObject['kind'], object: KubeObject): KubeObject {
  const { name, uid = '', resourceVersion = '' } = object.metadata;
  const hidden = (values: unknown): object =>
    Object.fromEntries(Object.keys((values ?? {}) as object).map((key) => [key, '']));
  return {
    apiVersion: 'v1',
    kind,
    metadata: { name, uid, resourceVersion },
    data: hidden(object.data),
    binaryData: hidden(object.binaryData),
  };
}

/** Looks up what pods call missing. */
export interface LookUp {
  /** What was found, without any value. */
  collections(): Collections;
  /**
   * Looks up, once each, what a failure rests on: whether it is there by now. True when something was.
   */
  ask(standings: readonly Standing[], now: number): Promise<boolean>;
}

/**
 * The kubelet tries again only after 10 to 15 s, or a minute: what it calls missing may have come since.
 * Where that cannot be asked, its word stands.
 */
export function openLookUp(tools: {
  readonly connection: Connection;
  readonly listener: {
    onObjects(key: string, objects: ReadonlyMap<string, KubeObject>, at: number): void;
  };
  readonly signal: AbortSignal;
}): LookUp {
  const { connection, listener, signal } = tools;
  const asked = new Set<string>();
  const found = new Map<string, Map<string, KubeObject>>();

  const read = async (namespace: string, { kind, name }: MissingObject) => {
    try {
      const object = await readObject(connection, KINDS[kind], namespace, name, {
        ...PATIENCE,
        signal,
      });
      return object && withoutValues(kind, object);
    } catch {
      return undefined;
    }
  };

  return {
    collections: () =>
      Object.fromEntries([...found].map(([key, objects]) => [key, [...objects.values()]])),
    ask: async (standings, now) => {
      let any = false;
      for (const { namespace, missing } of calledMissing(standings)) {
        const name = objectName(missing.kind, missing.name);
        if (asked.has(name)) continue;
        asked.add(name);
        const object = await read(namespace, missing);
        if (!object) continue;
        const key = collectionKey(KINDS[missing.kind]);
        const objects = found.get(key) ?? new Map<string, KubeObject>();
        found.set(key, objects.set(object.metadata.uid ?? name, object));
        listener.onObjects(key, objects, now);
        any = true;
      }
      return any;
    },
  };
}
