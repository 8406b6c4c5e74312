import { clause } from '../../workload/kinds/clause.ts';
import type { Event } from '../../workload/types.ts';
import { failsAt } from '../budget.ts';
import { eventKey, eventTime } from '../event-memory.ts';
import { obstacleKey } from '../memory.ts';
import { type Patient, type Symptom, symptomOf } from './symptom.ts';

const HINT = 'Read the message: it names the quota, the admission webhook or the ServiceAccount.';

/** The latest word of a controller that could not create a pod, when it is about this rollout. */
function refusalOf({ observation, memory }: Patient): { event: Event; since: number } | undefined {
  const own = observation.object?.metadata.uid;
  const [latest] = observation.events
    .filter(({ reason, involvedObject }) => reason === 'FailedCreate' && involvedObject.uid === own)
    .flatMap((event) => {
      const since = memory.events.get(eventKey(event))?.since;
      return since === undefined ? [] : [{ event, since }];
    })
    .sort((a, b) => (eventTime(a.event) > eventTime(b.event) ? -1 : 1));
  return latest;
}

/**
 * Pods that the controller cannot create: quota, admission, a missing ServiceAccount. With a
 * condition where there is one (ReplicaSets), else from events (StatefulSets, DaemonSets, Jobs).
 * While some new pods are there the rollout may still get on, as when a quota only limits the surge.
 */
export function examineCreation(patient: Patient): readonly Symptom[] {
  const { observation, memory, target, policy } = patient;
  const { obstacle } = observation.progress ?? {};
  const none = observation.related.newPods.length === 0;
  if (obstacle) {
    const since = memory.since.get(obstacleKey(obstacle.reason));
    const fails = none && obstacle.concernsNewPods && obstacle.reason === 'FailedCreate';
    return [
      {
        failsAt:
          fails && since !== undefined
            ? failsAt(policy.budgets.FailedCreate, { since })
            : undefined,
        finding: {
          workload: target.name,
          reason: obstacle.reason,
          class: obstacle.class,
          message:
            obstacle.reason === 'FailedCreate'
              ? `Pods cannot be created: ${clause(obstacle.message)}.`
              : obstacle.message,
          ...(obstacle.reason === 'FailedCreate' ? { hint: HINT } : {}),
        },
      },
    ];
  }
  const refusal = none && !observation.progress?.complete ? refusalOf(patient) : undefined;
  if (!refusal) return [];
  return [
    symptomOf(patient, 'FailedCreate', refusal, {
      message: `Pods cannot be created: ${clause(refusal.event.message ?? '')}.`,
      hint: HINT,
    }),
  ];
}
