import type { Event } from '../../workload/types.ts';
import { newPods } from '../memory.ts';
import type { Patient, Symptom } from './symptom.ts';
import { clause } from './symptom.ts';

/** What a message of the kubelet names as missing. */
export interface MissingConfig {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
  readonly key: string | undefined;
}

const KINDS: Readonly<Record<string, MissingConfig['kind']>> = {
  secret: 'Secret',
  configmap: 'ConfigMap',
};

/**
 * Reads the kubelet's messages (pkg/kubelet/kubelet_pods.go, pkg/volume/{secret,configmap}):
 * `secret "db" not found`, `couldn't find key URI in Secret ns/db`,
 * `references non-existent secret key: URI`.
 */
export function missingConfigOf(message: string): MissingConfig | undefined {
  const object = /\b(secret|configmap) "([^"]+)" not found/i.exec(message);
  if (object) {
    const [, kind = '', name = ''] = object;
    return { kind: KINDS[kind.toLowerCase()] ?? 'Secret', name, key: undefined };
  }
  const key = /couldn't find key (\S+) in (Secret|ConfigMap) (?:[^/\s]+\/)?(\S+)/i.exec(message);
  if (key) {
    const [, wanted = '', kind = '', name = ''] = key;
    return { kind: KINDS[kind.toLowerCase()] ?? 'Secret', name, key: wanted };
  }
  const volume = /references non-existent (secret|config) key: (\S+)/i.exec(message);
  if (volume) {
    const [, kind = '', wanted = ''] = volume;
    const name = /volume "([^"]+)"/.exec(message)?.[1] ?? '';
    return { kind: kind.toLowerCase() === 'secret' ? 'Secret' : 'ConfigMap', name, key: wanted };
  }
  return undefined;
}

function symptom(
  { target, policy }: Patient,
  since: number,
  message: string,
  place: { readonly pod: string; readonly container?: string },
): Symptom {
  const missing = missingConfigOf(message);
  const where = { workload: target.name, ...place };
  const failsAt = since + policy.missingConfigGrace;
  if (!missing) {
    return {
      failsAt,
      finding: {
        ...where,
        reason: 'ContainerConfigError',
        class: 'probable',
        message: `The container ${place.container ?? ''} cannot be created: ${clause(message)}.`,
        hint: 'Compare env, envFrom, volumes and securityContext of the container with what exists.',
      },
    };
  }
  const { kind, name, key } = missing;
  const what = key ? `The key ${key} of the ${kind} ${name}` : `The ${kind} ${name}`;
  const user = place.container ? `container ${place.container}` : `pod ${place.pod}`;
  const { namespace } = target.workload;
  return {
    failsAt,
    finding: {
      ...where,
      reason: key ? `${kind}KeyNotFound` : `${kind}NotFound`,
      class: 'probable',
      message: `${what}, which ${user} needs, does not exist in namespace ${namespace}.`,
      hint: key
        ? `Add it: kubectl -n ${namespace} edit ${kind.toLowerCase()} ${name}`
        : `Create the ${kind} before the rollout, or correct its name in the manifest.`,
    },
  };
}

function mountFailures(patient: Patient): readonly Symptom[] {
  const uids = new Map(
    newPods(patient.observation).map(({ metadata }) => [metadata.uid, metadata.name]),
  );
  const running = new Set(
    [...patient.memory.containers.values()]
      .filter(({ ready, exits }) => ready || exits > 0)
      .map(({ pod }) => pod),
  );
  return patient.observation.events
    .filter(({ reason }) => reason === 'FailedMount')
    .flatMap((event: Event) => {
      const pod = uids.get(event.involvedObject.uid);
      const message = event.message ?? '';
      // Other mount failures are a storage matter and may pass; a pod that runs got over this one.
      if (!pod || running.has(pod) || !missingConfigOf(message)) return [];
      const since = patient.memory.events.get(event.metadata.uid ?? event.metadata.name);
      return since === undefined ? [] : [symptom(patient, since, message, { pod })];
    });
}

/** Secrets, ConfigMaps and keys that pods refer to and that do not exist. */
export function examineConfig(patient: Patient): readonly Symptom[] {
  const waiting = [...patient.memory.containers.values()].flatMap(({ config, pod, container }) =>
    config
      ? [symptom(patient, config.since, config.message || config.reason, { pod, container })]
      : [],
  );
  return [...waiting, ...mountFailures(patient)];
}
