import { createHmac, randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import type { KubeObject } from '../cluster/object.ts';
import { configContent } from '../workload/config-hash.ts';
import { type ConfigReference, configReferences } from '../workload/config-references.ts';
import type { PodTemplate } from '../workload/types.ts';

/** What the pods of a release read of others' ConfigMaps and of Secrets, told apart by hashes alone. */
export interface ConfigRecord {
  /** Random, for this release alone: equal contents of two releases do not look alike. */
  readonly salt: string;
  /** By {@link configName}; what could not be read, or was not there, is absent. */
  readonly hashes: Readonly<Record<string, string>>;
}

/** What is there by now, by {@link configName}: `undefined` when it is not there; absent when nobody can tell. */
export type LiveConfig = ReadonlyMap<string, KubeObject | undefined>;

/** A name for log and record: `Secret db`. */
export function configName({ kind, name }: Pick<ConfigReference, 'kind' | 'name'>): string {
  return `${kind} ${name}`;
}

/**
 * What these templates read and a rollback does not bring back: Secrets, and the ConfigMaps that are not
 * among `applied`. Each once, with the keys that any of them reads. Pure.
 */
export function referredConfig(
  templates: readonly PodTemplate[],
  applied: readonly KubeObject[],
): readonly ConfigReference[] {
  const ours = new Set(
    applied.filter(({ kind }) => kind === 'ConfigMap').map(({ metadata }) => metadata.name),
  );
  const references = templates
    .flatMap(configReferences)
    .filter(({ kind, name }) => kind === 'Secret' || !ours.has(name));
  return [...Map.groupBy(references, configName).values()].flatMap(([first, ...others]) => {
    if (!first) return [];
    const all = [first, ...others].map(({ keys }) => keys);
    const named = all.filter((keys) => keys !== undefined);
    const keys = named.length < all.length ? undefined : [...new Set(named.flat())].sort();
    return [{ ...first, keys }];
  });
}

const derive = promisify(scrypt) as (key: Buffer, salt: Buffer, length: number) => Promise<Buffer>;

/**
 * More people may read ConfigMaps than Secrets (the role `view` does), and a Secret may be a short
 * password: so each guess is made to cost some 30 ms and 16 MB (scrypt with Node's defaults).
 */
async function hashOf(object: KubeObject, keys: ConfigReference['keys'], salt: Buffer) {
  const content = configContent(object);
  const read = (keys ?? [...content.keys()].sort()).map((key) => [
    key,
    content.get(key)?.toString('base64') ?? null,
  ]);
  const digest = createHmac('sha256', salt)
    .update(JSON.stringify([object.kind, object.metadata.name, read]))
    .digest();
  return (object.kind === 'Secret' ? await derive(digest, salt, 32) : digest).toString('base64');
}

/** The hashes of what is there, of what is referred to; what is not there is `undefined`. */
export async function hashesOf(
  references: readonly ConfigReference[],
  live: LiveConfig,
  salt: string,
): Promise<ReadonlyMap<string, string | undefined>> {
  const key = Buffer.from(salt, 'base64');
  const hashes = await Promise.all(
    references.map(async (reference) => {
      const name = configName(reference);
      if (!live.has(name)) return [];
      const object = live.get(name);
      return [[name, object && (await hashOf(object, reference.keys, key))] as const];
    }),
  );
  return new Map(hashes.flat());
}

/** Records what is there; `undefined` where there is nothing to record. */
export async function recordConfig(
  references: readonly ConfigReference[],
  live: LiveConfig,
): Promise<ConfigRecord | undefined> {
  const salt = randomBytes(32).toString('base64');
  const hashes = [...(await hashesOf(references, live, salt))].filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return hashes.length > 0 ? { salt, hashes: Object.fromEntries(hashes) } : undefined;
}

/** What has become of something that was recorded. */
export interface ConfigChange {
  /** `Secret db`. */
  readonly name: string;
  readonly change: 'changed' | 'gone';
}

/**
 * What is not as it was recorded; of what nobody can tell, nothing is said. Pure.
 * @param now by name, made with the same salt
 */
export function changesSince(
  { hashes }: ConfigRecord,
  now: ReadonlyMap<string, string | undefined>,
): readonly ConfigChange[] {
  return Object.entries(hashes).flatMap(([name, hash]): readonly ConfigChange[] => {
    if (!now.has(name) || now.get(name) === hash) return [];
    return [{ name, change: now.get(name) === undefined ? 'gone' : 'changed' }];
  });
}
