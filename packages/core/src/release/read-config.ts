import { readObject } from '../cluster/apply.ts';
import type { Connection, RequestOptions } from '../cluster/connection.ts';
import { type KubeObject, RESOURCES } from '../cluster/object.ts';
import { listNamed } from '../cluster/read-objects.ts';
import { UserError } from '../errors.ts';
import type { ConfigReference } from '../workload/config-references.ts';
import { configName, type LiveConfig } from './config-record.ts';
import { NO_LEDGER } from './metadata.ts';

/** Nothing waits long for what only explains. */
const PATIENCE = { patience: 1_000, timeout: 2_000 } as const;
/** Beyond so many of a kind, one list is less to ask than each by itself. */
const MOST_READS = 10;
/** Each takes a moment to hash. */
const MOST_HASHED = 100;

const KINDS = {
  // What is large, and no pod reads: the ledger, and what helm keeps of its releases.
  ConfigMap: { resource: RESOURCES.configMaps, query: { labelSelector: NO_LEDGER } },
  Secret: { resource: RESOURCES.secrets, query: { fieldSelector: 'type!=helm.sh/release.v1' } },
} as const;

type Kind = ConfigReference['kind'];

async function readEach(
  connection: Connection,
  namespace: string,
  kind: Kind,
  names: readonly string[],
  options: RequestOptions,
): Promise<readonly (readonly [string, KubeObject | undefined])[]> {
  const { resource } = KINDS[kind];
  return await Promise.all(
    names.map(async (name) => {
      return [name, await readObject(connection, resource, namespace, name, options)] as const;
    }),
  );
}

async function readAll(
  connection: Connection,
  namespace: string,
  kind: Kind,
  names: readonly string[],
  options: RequestOptions,
): Promise<readonly (readonly [string, KubeObject | undefined])[]> {
  const { resource, query } = KINDS[kind];
  const wanted = new Set(names);
  const found = await listNamed(connection, resource, namespace, wanted, options, query);
  return names.map((name) => [name, found.get(name)] as const);
}

/**
 * What is there of what pods refer to. What may not be read, or cannot be soon, is left out: a
 * permission to read Secrets is nobody's duty to give. A few requests, however many references.
 */
export async function readConfig(
  connection: Connection,
  namespace: string,
  references: readonly ConfigReference[],
  { signal }: RequestOptions,
): Promise<LiveConfig> {
  const options = { ...PATIENCE, ...(signal ? { signal } : {}) };
  const live = new Map<string, KubeObject | undefined>();
  const readKind = async (kind: Kind): Promise<void> => {
    const names = references.filter((one) => one.kind === kind).map(({ name }) => name);
    const some = names.slice(0, MOST_HASHED);
    const read = names.length > MOST_READS ? readAll : readEach;
    try {
      for (const [name, object] of await read(connection, namespace, kind, some, options)) {
        live.set(configName({ kind, name }), object);
      }
    } catch (error) {
      if (!(error instanceof UserError) && !signal?.aborted) throw error;
    }
  };
  await Promise.all([readKind('ConfigMap'), readKind('Secret')]);
  return live;
}
