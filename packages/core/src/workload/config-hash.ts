import { createHash } from 'node:crypto';
import { FIELD_MANAGER } from '../cluster/apply.ts';
import { groupOf, type KubeObject } from '../cluster/object.ts';
import { type ConfigReference, configReferences } from './config-references.ts';
import type { PodTemplate } from './types.ts';

/**
 * On a pod template: what its containers read from the ConfigMaps and Secrets of the same manifests.
 * On a workload: `"false"` opts out.
 */
export const CONFIG_HASH = 'paal.dev/config-hash';

/** On a workload: the hash of what its pods read when we first met it, where no template says so. */
const FIRST_CONFIG_HASH = 'paal.dev/first-config-hash';

/** Kinds that roll when their template changes. A Job's cannot change, a CronJob's need not. */
const ROLLING = ['Deployment', 'StatefulSet', 'DaemonSet'];

type Values = Readonly<Record<string, string>> | undefined;

interface Rolling extends KubeObject {
  readonly spec: { readonly template: PodTemplate };
}

function isRolling(object: KubeObject): object is Rolling {
  const { spec } = object as Partial<Rolling>;
  const rolls = ROLLING.includes(object.kind) && groupOf(object.apiVersion) === 'apps';
  return rolls && spec?.template?.spec !== undefined;
}

/** The content of a ConfigMap or Secret by key, as its pods see it however it was written down. */
export function configContent(object: KubeObject): ReadonlyMap<string, Buffer> {
  const texts = (values: Values, encoding: 'utf8' | 'base64'): [string, Buffer][] =>
    Object.entries(values ?? {}).map(([key, value]) => [key, Buffer.from(value, encoding)]);
  const { data, binaryData, stringData } = object as unknown as Record<string, Values>;
  return object.kind === 'Secret'
    ? new Map([...texts(data, 'base64'), ...texts(stringData, 'utf8')])
    : new Map([...texts(data, 'utf8'), ...texts(binaryData, 'base64')]);
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

type Find = (reference: ConfigReference) => KubeObject | undefined;

/** The hash of what `template` reads from the objects that `find` has; `undefined` when nothing. */
function hashOf(template: PodTemplate, find: Find): string | undefined {
  const lines = configReferences(template).flatMap((reference) => {
    const object = find(reference);
    if (!object) return [];
    const content = configContent(object);
    const { kind, name, keys = [...content.keys()] } = reference;
    return keys.map((key) => {
      const value = content.get(key);
      return JSON.stringify([kind, name, key, value ? sha256(value) : null]);
    });
  });
  if (lines.length === 0) return undefined;
  // The order of references and of keys is no difference, and neither is a second reference.
  return sha256([...new Set(lines)].sort().join('\n')).slice(0, 16);
}

function annotated<T extends { readonly metadata?: object }>(
  object: T,
  name: string,
  value: string,
): T {
  const { annotations } = (object.metadata ?? {}) as { readonly annotations?: object };
  const metadata = { ...object.metadata, annotations: { ...annotations, [name]: value } };
  return { ...object, metadata };
}

function appliedByUs({ metadata }: KubeObject): boolean {
  return (metadata.managedFields ?? []).some(
    ({ manager, operation }) => manager === FIELD_MANAGER && operation === 'Apply',
  );
}

/**
 * The objects with the annotation `paal.dev/config-hash` on each pod template that reads ConfigMaps or
 * Secrets of the same objects, so that a change of what it reads rolls the pods, and nothing else does:
 *
 * - A key that no container reads, and another way to write the same content, is no change.
 * - On first contact with a workload whose config is unchanged, the template stays without; the hash
 *   goes to the workload's own metadata, which rolls nothing, and is compared from then on.
 * - What a template has already stays when nothing is there to hash any more, or who opts out.
 *
 * Names with kustomize's hash are no exception: such a name changes exactly when the content does, so
 * that the annotation adds no roll; and a name that only looks like one would lose its rolls.
 * @param liveOf the live object of that kind and name, as read before anything was written
 * @param enabled whether the user wants this at all
 */
export function withConfigHashes(
  objects: readonly KubeObject[],
  liveOf: (object: KubeObject) => KubeObject | undefined,
  enabled: boolean,
): readonly KubeObject[] {
  return objects.map((workload) => {
    if (!isRolling(workload)) return workload;
    const { template } = workload.spec;
    const live = liveOf(workload) as Rolling | undefined;
    const already = live?.spec.template.metadata?.annotations?.[CONFIG_HASH];
    const found: Find = ({ kind, name }) =>
      objects.find((one) => one.kind === kind && one.metadata.name === name);
    const wanted = enabled && workload.metadata.annotations?.[CONFIG_HASH] !== 'false';
    const hash = (wanted ? hashOf(template, found) : undefined) ?? already;
    if (hash === undefined) return workload;

    const inTemplate = { ...workload.spec, template: annotated(template, CONFIG_HASH, hash) };
    const rolled: KubeObject = { ...workload, spec: inTemplate };
    if (!live || already !== undefined) return rolled;
    const first =
      live.metadata.annotations?.[FIRST_CONFIG_HASH] ?? firstHash(template, found, liveOf);
    return first === hash ? annotated(workload, FIRST_CONFIG_HASH, hash) : rolled;
  });
}

/**
 * The hash of what the pods read before our first write; `undefined` when we have written already, in a
 * run that ended before it came to the workload.
 */
function firstHash(
  template: PodTemplate,
  found: Find,
  liveOf: (object: KubeObject) => KubeObject | undefined,
): string | undefined {
  let ours = false;
  const hash = hashOf(template, (reference) => {
    const object = found(reference);
    const live = object && liveOf(object);
    if (live && appliedByUs(live)) ours = true;
    return live;
  });
  return ours ? undefined : hash;
}
