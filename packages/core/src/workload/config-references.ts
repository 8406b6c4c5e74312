import type { PodTemplate } from './types.ts';

/** A ConfigMap or Secret that a pod template uses. */
export interface ConfigReference {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  /** The keys that are used; `undefined` for all of them. */
  readonly keys: readonly string[] | undefined;
}

interface Named {
  readonly name?: string;
  readonly secretName?: string;
  readonly key?: string;
  readonly items?: readonly { readonly key: string }[];
}

interface Source {
  readonly configMap?: Named;
  readonly secret?: Named;
}

interface Volume extends Source {
  readonly projected?: { readonly sources?: readonly Source[] };
}

interface Env {
  readonly valueFrom?: { readonly configMapKeyRef?: Named; readonly secretKeyRef?: Named };
}

interface EnvFrom {
  readonly configMapRef?: Named;
  readonly secretRef?: Named;
}

function reference(kind: ConfigReference['kind'], named: Named | undefined): ConfigReference[] {
  const name = named?.secretName ?? named?.name;
  if (!named || !name) return [];
  const keys = named.key === undefined ? named.items?.map(({ key }) => key) : [named.key];
  return [{ kind, name, keys }];
}

function inVolume({ projected, ...source }: Volume): ConfigReference[] {
  return [source, ...(projected?.sources ?? [])].flatMap(({ configMap, secret }) => [
    ...reference('ConfigMap', configMap),
    ...reference('Secret', secret),
  ]);
}

/**
 * The ConfigMaps and Secrets that the containers of a template read: from env, envFrom and volumes, of
 * init and ephemeral containers too. Not the Secrets that pull images or mount storage, whose content no
 * container sees.
 */
export function configReferences({ spec }: PodTemplate): readonly ConfigReference[] {
  const containers = ['containers', 'initContainers', 'ephemeralContainers'].flatMap(
    (list) =>
      (spec[list] ?? []) as readonly { env?: readonly Env[]; envFrom?: readonly EnvFrom[] }[],
  );
  return [
    ...((spec.volumes ?? []) as readonly Volume[]).flatMap(inVolume),
    ...containers.flatMap(({ env = [], envFrom = [] }) => [
      ...env.flatMap(({ valueFrom }) => [
        ...reference('ConfigMap', valueFrom?.configMapKeyRef),
        ...reference('Secret', valueFrom?.secretKeyRef),
      ]),
      ...envFrom.flatMap(({ configMapRef, secretRef }) => [
        ...reference('ConfigMap', configMapRef),
        ...reference('Secret', secretRef),
      ]),
    ]),
  ];
}

type Node = Readonly<Record<string, unknown>>;

/** By the field that refers to it: what kind of object is meant, and the field with its name. */
const FIELDS: Readonly<Record<string, readonly [ConfigReference['kind'], 'name' | 'secretName']>> =
  {
    configMapRef: ['ConfigMap', 'name'],
    configMapKeyRef: ['ConfigMap', 'name'],
    configMap: ['ConfigMap', 'name'],
    secretRef: ['Secret', 'name'],
    secretKeyRef: ['Secret', 'name'],
    secret: ['Secret', 'secretName'],
  };

/**
 * Where a template refers to a ConfigMap or Secret, as the path of the reference's name, or of its key
 * where one is asked for and named; `undefined` when it does not.
 */
export function referencePath(
  template: PodTemplate,
  wanted: { readonly kind: ConfigReference['kind']; readonly name: string; readonly key?: string },
): readonly PropertyKey[] | undefined {
  const paths: (readonly PropertyKey[])[] = [];
  const visit = (node: unknown, path: readonly PropertyKey[]): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [field, value] of Object.entries(node)) {
      const below = [...path, Array.isArray(node) ? Number(field) : field];
      const [kind, nameField] = FIELDS[field] ?? [];
      const named = value as Node;
      if (kind === wanted.kind && nameField && named?.[nameField] === wanted.name) {
        if (wanted.key === undefined || named.key === wanted.key) {
          const key = named.key !== undefined && wanted.key !== undefined;
          paths.push([...below, key ? 'key' : nameField]);
        } else if (named.key === undefined) paths.push([...below, nameField]);
      }
      visit(value, below);
    }
  };
  visit(template.spec, ['spec']);
  return paths.find((path) => path.at(-1) === 'key') ?? paths[0];
}
