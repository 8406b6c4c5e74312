import type { ContainerMemory, WaitingMemory } from '../container-memory.ts';
import type { Patient, Symptom } from './symptom.ts';
import { clause } from './symptom.ts';

/** The registry knows the answer: trying again cannot change it. */
const NOT_FOUND =
  /not found|manifest unknown|name unknown|repository does not exist|no such image|does not exist or no pull access/i;
const DENIED =
  /unauthorized|authentication required|access denied|denied:|forbidden|insufficient_scope/i;

type Kind = 'invalid' | 'not-found' | 'denied' | 'other';

function kindOf({ reason, message }: WaitingMemory): Kind {
  if (reason === 'InvalidImageName' || reason === 'ErrImageNeverPull') return 'invalid';
  if (DENIED.test(message) && !/manifest unknown|: not found/i.test(message)) return 'denied';
  return NOT_FOUND.test(message) ? 'not-found' : 'other';
}

/** The registry's own words: what follows the kubelet's and containerd's wrapping. */
export function registryAnswer(message: string): string {
  const text = clause(message);
  const parts = text.split(/: (?=[a-z])/i);
  const cause = parts.slice(-2).join(': ');
  return cause.length > 12 ? cause : text;
}

function symptomOf(
  { target, policy }: Patient,
  container: ContainerMemory,
  pull: WaitingMemory,
  image: string,
): Symptom {
  const where = {
    workload: target.name,
    pod: container.pod,
    container: container.container,
  };
  const said = pull.message === '' ? pull.reason : registryAnswer(pull.message);
  switch (kindOf(pull)) {
    case 'invalid':
      return {
        failsAt: pull.since,
        finding: {
          ...where,
          reason: pull.reason,
          class: 'permanent',
          message: `The image ${image} of container ${container.container} cannot be used: ${said}.`,
          hint:
            pull.reason === 'InvalidImageName'
              ? 'Write the image as registry/name:tag.'
              : 'imagePullPolicy is Never, and the node does not have the image.',
        },
      };
    case 'not-found':
      return {
        failsAt: pull.since + policy.missingImageGrace,
        finding: {
          ...where,
          reason: 'ImageNotFound',
          class: 'permanent',
          message: `The image ${image} of container ${container.container} does not exist: ${said}.`,
          hint: 'Was the image pushed, to this registry and with this tag?',
        },
      };
    case 'denied':
      return {
        failsAt: pull.since + policy.missingImageGrace,
        finding: {
          ...where,
          reason: 'ImagePullDenied',
          class: 'permanent',
          message: `The registry refused the image ${image} of container ${container.container}: ${said}.`,
          hint: 'Do the imagePullSecrets of the pod or its ServiceAccount exist, and are they still valid?',
        },
      };
    case 'other':
      return {
        failsAt: pull.since + policy.pullGrace,
        finding: {
          ...where,
          reason: 'ImagePullFailed',
          class: 'transient',
          message: `The image ${image} of container ${container.container} could not be pulled: ${said}.`,
          hint: 'Is the registry up, and reachable from the nodes?',
        },
      };
  }
}

/** Images that are missing, refused, or cannot be pulled. */
export function examineImagePulls(patient: Patient): readonly Symptom[] {
  const { memory } = patient;
  const images = new Map(
    [...memory.template.spec.containers, ...(memory.template.spec.initContainers ?? [])].map(
      ({ name, image }) => [name, image ?? ''],
    ),
  );
  return [...memory.containers.values()].flatMap((container) =>
    container.pull
      ? [symptomOf(patient, container, container.pull, images.get(container.container) ?? '')]
      : [],
  );
}
