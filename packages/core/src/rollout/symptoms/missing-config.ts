import type { KubeObject } from '../../cluster/object.ts';
import type { MissingObject } from '../../report/finding.ts';
import { clause } from '../../workload/kinds/clause.ts';
import { eventKey } from '../event-memory.ts';
import { tellingPods } from '../memory.ts';
import { type Patient, type Symptom, symptomOf } from './symptom.ts';

const KINDS: Readonly<Record<string, MissingObject['kind']>> = {
  secret: 'Secret',
  configmap: 'ConfigMap',
};

/**
 * Reads the kubelet's messages (pkg/kubelet/kubelet_pods.go, pkg/volume/{secret,configmap}):
 * `secret "db" not found`, `couldn't find key URI in Secret ns/db`,
 * `references non-existent secret key: URI`.
 */
export function missingConfigOf(message: string): MissingObject | undefined {
  const object = /\b(secret|configmap) "([^"]+)" not found/i.exec(message);
  if (object) {
    const [, kind = '', name = ''] = object;
    return { kind: KINDS[kind.toLowerCase()] ?? 'Secret', name };
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

/** Whether `missing` is among `objects`, with its key where one is asked for. Pure. */
function isAmong(objects: readonly KubeObject[], { kind, name, key }: MissingObject): boolean {
  return objects.some((object) => {
    if (object.kind !== kind || object.metadata.name !== name) return false;
    const { data = {}, binaryData = {} } = object as {
      readonly data?: object;
      readonly binaryData?: object;
    };
    return key === undefined || key in data || key in binaryData;
  });
}

interface Place {
  readonly pod: string;
  readonly container?: string;
}

/**
 * What has come since the kubelet looked is given the time until it looks again, and starts: after an
 * error in 10 to 15 s, else every 60 to 90 s (pkg/kubelet/kubelet.go backOffPeriod, syncFrequency); for
 * a volume up to two minutes (pkg/util/goroutinemap/exponentialbackoff).
 */
const UNTIL_LOOKED_AGAIN = 130_000;

function missingSymptom(
  patient: Patient,
  since: number,
  missing: MissingObject,
  place: Place,
): Symptom {
  const { kind, name, key } = missing;
  const { namespace = '' } = patient.target;
  const what = key ? `The key ${key} of the ${kind} ${name}` : `The ${kind} ${name}`;
  const user = place.container ? `container ${place.container}` : `pod ${place.pod}`;
  const isThere = isAmong(patient.observation.lookedUp, missing);
  const reason = key ? (`${kind}KeyNotFound` as const) : (`${kind}NotFound` as const);
  return symptomOf(
    patient,
    reason,
    { since: isThere ? since + UNTIL_LOOKED_AGAIN : since },
    {
      ...place,
      missing,
      message: isThere
        ? `${what}, which ${user} needs, was not there when the kubelet looked; it is there by now.`
        : `${what}, which ${user} needs, does not exist in namespace ${namespace}.`,
      hint: isThere
        ? 'The kubelet tries again within two minutes.'
        : key
          ? `Add it: kubectl -n ${namespace} edit ${kind.toLowerCase()} ${name}`
          : `Create the ${kind} before the rollout, or correct its name in the manifest.`,
    },
  );
}

function configSymptom(patient: Patient, since: number, message: string, place: Place): Symptom {
  const missing = missingConfigOf(message);
  if (missing) return missingSymptom(patient, since, missing, place);
  return symptomOf(
    patient,
    'ContainerConfigError',
    { since },
    {
      ...place,
      message: `The container ${place.container ?? ''} cannot be created: ${clause(message)}.`,
      hint: 'Compare env, envFrom, volumes and securityContext of the container with what exists.',
    },
  );
}

/** The new pods of which a container has not run yet: a pod that runs got over its volumes. */
function waitingForVolumes({ observation, memory }: Patient): ReadonlyMap<string, string> {
  const running = new Set(
    [...memory.containers.values()]
      .filter(({ ready, exits, running }) => ready || running || exits > 0)
      .map(({ podUid }) => podUid),
  );
  return new Map(
    tellingPods(observation)
      .filter(({ metadata }) => !running.has(metadata.uid ?? ''))
      .map(({ metadata }) => [metadata.uid ?? '', metadata.name]),
  );
}

/** Volumes that are not there: the kubelet says so only in events. */
function examineVolumes(patient: Patient): readonly Symptom[] {
  const pods = waitingForVolumes(patient);
  return patient.observation.events
    .filter(({ reason }) => reason === 'FailedMount' || reason === 'FailedAttachVolume')
    .flatMap((event) => {
      const pod = pods.get(event.involvedObject.uid ?? '');
      const since = patient.memory.events.get(eventKey(event))?.since;
      if (pod === undefined || since === undefined) return [];
      const message = event.message ?? '';
      const missing = missingConfigOf(message);
      if (missing) return [missingSymptom(patient, since, missing, { pod })];
      return [
        symptomOf(
          patient,
          'VolumeMountFailed',
          { since },
          {
            pod,
            message: `A volume of the pod ${pod} cannot be mounted: ${clause(message)}.`,
            hint: 'Is the claim bound, and is the volume free for this node?',
          },
        ),
      ];
    });
}

/** Secrets, ConfigMaps, keys and volumes that pods refer to and that are not there. */
export function examineConfig(patient: Patient): readonly Symptom[] {
  const waiting = [...patient.memory.containers.values()].flatMap(({ config, pod, container }) =>
    config
      ? [configSymptom(patient, config.since, config.message || config.reason, { pod, container })]
      : [],
  );
  return [...waiting, ...examineVolumes(patient)];
}
