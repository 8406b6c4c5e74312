import type { Event, Pod } from '../../workload/types.ts';
import { newPods } from '../memory.ts';
import type { Patient, Symptom } from './symptom.ts';
import { clause } from './symptom.ts';

function latest(events: readonly Event[], uid: string | undefined): Event | undefined {
  const time = (event: Event): string =>
    event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? '';
  return events
    .filter(({ involvedObject }) => involvedObject.uid === uid)
    .reduce<Event | undefined>(
      (last, one) => (!last || time(one) >= time(last) ? one : last),
      undefined,
    );
}

function ofPod(patient: Patient, pod: Pod): Symptom | undefined {
  const conditions = pod.status?.conditions ?? [];
  if (conditions.some(({ type, status }) => type === 'Ready' && status === 'True'))
    return undefined;
  const where = { workload: patient.target.name, pod: pod.metadata.name };
  const unscheduled = conditions.find(
    ({ type, status }) => type === 'PodScheduled' && status === 'False',
  );
  if (unscheduled) {
    return {
      failsAt: undefined,
      finding: {
        ...where,
        reason: 'Unschedulable',
        class: 'slow',
        message: `No node takes the pod ${pod.metadata.name}: ${clause(unscheduled.message ?? '')}.`,
        hint: "Compare the pod's requests, nodeSelector, affinity and tolerations with the nodes.",
      },
    };
  }
  const waiting = (pod.status?.containerStatuses ?? []).find(({ ready }) => !ready);
  const event = latest(patient.observation.events, pod.metadata.uid);
  return {
    failsAt: undefined,
    finding: {
      ...where,
      ...(waiting ? { container: waiting.name } : {}),
      reason: event?.reason === 'Unhealthy' ? 'ProbeFailed' : 'NotReady',
      class: 'slow',
      message: event
        ? `The pod ${pod.metadata.name} is not ready: ${clause(event.message ?? '')}.`
        : `The pod ${pod.metadata.name} is not ready${waiting?.state?.waiting?.reason ? ` (${waiting.state.waiting.reason})` : ''}.`,
      hint: 'Does the container listen where its probe asks, and is what it depends on there?',
    },
  };
}

/** Pods that the ReplicaSet cannot create at all: quota, admission, a missing ServiceAccount. */
function notCreated({ target, observation }: Patient): readonly Symptom[] {
  const failure = observation.deployment?.status?.conditions?.find(
    ({ type, status }) => type === 'ReplicaFailure' && status === 'True',
  );
  if (!failure) return [];
  return [
    {
      failsAt: undefined,
      finding: {
        workload: target.name,
        reason: failure.reason ?? 'FailedCreate',
        class: 'slow',
        message: `Pods cannot be created: ${clause(failure.message ?? '')}.`,
        hint: 'Read the message: it names the quota, the admission webhook or the ServiceAccount.',
      },
    },
  ];
}

/** What explains a rollout that gets nowhere without a failure of its own. */
export function examineReadiness(patient: Patient): readonly Symptom[] {
  const pods = newPods(patient.observation).flatMap((pod) => ofPod(patient, pod) ?? []);
  return [...notCreated(patient), ...pods];
}
