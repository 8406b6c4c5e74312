import { clause } from '../../workload/kinds/clause.ts';
import type { ReasonName } from '../budget.ts';
import type { ContainerMemory, WaitingMemory } from '../container-memory.ts';
import { type Patient, type Symptom, symptomOf } from './symptom.ts';

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

function pullSymptom(
  patient: Patient,
  container: ContainerMemory,
  pull: WaitingMemory,
  image: string,
): Symptom {
  const name = container.container;
  const said = pull.message === '' ? pull.reason : registryAnswer(pull.message);
  const symptom = (reason: ReasonName, message: string, hint: string): Symptom =>
    symptomOf(patient, reason, pull, { pod: container.pod, container: name, message, hint });
  switch (kindOf(pull)) {
    case 'invalid': {
      const never = pull.reason === 'ErrImageNeverPull';
      return symptom(
        never ? 'ErrImageNeverPull' : 'InvalidImageName',
        `The image ${image} of container ${name} cannot be used: ${said}.`,
        never
          ? 'imagePullPolicy is Never, and the node does not have the image.'
          : 'Write the image as registry/name:tag.',
      );
    }
    case 'not-found':
      return symptom(
        'ImageNotFound',
        `The image ${image} of container ${name} does not exist: ${said}.`,
        'Was the image pushed, to this registry and with this tag?',
      );
    case 'denied':
      return symptom(
        'ImagePullDenied',
        `The registry refused the image ${image} of container ${name}: ${said}.`,
        'Do the imagePullSecrets of the pod or its ServiceAccount exist, and are they still valid?',
      );
    case 'other':
      return symptom(
        'ImagePullFailed',
        `The image ${image} of container ${name} could not be pulled: ${said}.`,
        'Is the registry up, and reachable from the nodes?',
      );
  }
}

/** Images that are missing, refused, or cannot be pulled. */
export function examineImagePulls(patient: Patient): readonly Symptom[] {
  const { memory } = patient;
  const spec = memory.template?.spec;
  const images = new Map(
    [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].map(({ name, image }) => [
      name,
      image ?? '',
    ]),
  );
  return [...memory.containers.values()].flatMap((container) =>
    container.pull
      ? [pullSymptom(patient, container, container.pull, images.get(container.container) ?? '')]
      : [],
  );
}
