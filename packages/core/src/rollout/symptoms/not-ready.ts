import { clause } from '../../workload/kinds/clause.ts';
import { disruptionOf } from '../../workload/kinds/disruption.ts';
import { isReady } from '../../workload/kinds/pods.ts';
import { conditionOf } from '../../workload/kinds/status.ts';
import { containerOf, describeProbe } from '../../workload/probe.ts';
import type { Event, Pod } from '../../workload/types.ts';
import { eventTime } from '../event-memory.ts';
import { isUnscheduled, unscheduledKey } from '../memory.ts';
import { type Patient, type Symptom, symptomOf } from './symptom.ts';

function latest(events: readonly Event[], uid: string | undefined): Event | undefined {
  return events
    .filter(({ involvedObject, type }) => involvedObject.uid === uid && type !== 'Normal')
    .reduce<Event | undefined>(
      (last, one) => (!last || eventTime(one) >= eventTime(last) ? one : last),
      undefined,
    );
}

/** What an autoscaler says of a pod for which it gets a node: cluster-autoscaler, Karpenter. */
const NODE_COMES = ['TriggeredScaleUp', 'Nominated'];

function unscheduledSymptom(patient: Patient, pod: Pod): Symptom {
  const since = patient.memory.since.get(unscheduledKey(pod)) ?? patient.memory.startedAt;
  const symptom = symptomOf(
    patient,
    'Unschedulable',
    { since },
    {
      pod: pod.metadata.name,
      message: `No node takes the pod ${pod.metadata.name}: ${clause(conditionOf(pod, 'PodScheduled')?.message ?? '')}.`,
      hint: "Compare the pod's requests, nodeSelector, affinity and tolerations with the nodes.",
    },
  );
  const comes = patient.observation.events.some(
    ({ reason = '', involvedObject }) =>
      involvedObject.uid === pod.metadata.uid && NODE_COMES.includes(reason),
  );
  return comes ? { ...symptom, failsAt: undefined } : symptom;
}

function disruptedSymptom(patient: Patient, pod: Pod, disruption: string): Symptom {
  const said = pod.status?.message ? `: ${clause(pod.status.message)}` : '';
  return symptomOf(
    patient,
    'PodDisrupted',
    { since: patient.memory.startedAt },
    {
      pod: pod.metadata.name,
      message: `The cluster ended the pod ${pod.metadata.name}, not the pod itself (${disruption}${said}).`,
      hint: 'Look at the nodes: kubectl get nodes, kubectl describe node.',
    },
  );
}

function ofPod(patient: Patient, pod: Pod): Symptom | undefined {
  const disruption = disruptionOf(pod);
  if (disruption) return disruptedSymptom(patient, pod, disruption);
  // A pod that has ended well is a task that is done.
  if (isReady(pod) || pod.status?.phase === 'Succeeded') return undefined;
  if (isUnscheduled(pod)) return unscheduledSymptom(patient, pod);
  const waiting = (pod.status?.containerStatuses ?? []).find(({ ready }) => !ready);
  const event = latest(patient.observation.events, pod.metadata.uid);
  const reason = event?.reason === 'Unhealthy' ? 'ProbeFailed' : 'NotReady';
  const why = waiting?.state?.waiting?.reason;
  const container = containerOf(patient.memory.template, waiting?.name ?? '');
  const probe = why ? undefined : describeProbe(container, 'readinessProbe');
  return symptomOf(
    patient,
    reason,
    { since: patient.memory.startedAt },
    {
      pod: pod.metadata.name,
      ...(waiting ? { container: waiting.name } : {}),
      message: event
        ? `The pod ${pod.metadata.name} is not ready: ${clause(event.message ?? '')}.`
        : `The pod ${pod.metadata.name} is not ready${why ? ` (${why})` : ''}.`,
      hint: probe
        ? `${probe} Does the container answer there, and is what it depends on there?`
        : 'Does the container answer its probe, and is what it depends on there?',
    },
  );
}

/** What explains a rollout that gets nowhere without a failure of its own. */
export function examineReadiness(patient: Patient): readonly Symptom[] {
  return patient.observation.related.newPods.flatMap((pod) => ofPod(patient, pod) ?? []);
}
