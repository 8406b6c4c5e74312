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
