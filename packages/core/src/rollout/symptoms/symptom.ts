import type { Finding } from '../../report/finding.ts';
import { failsAt, REASONS, type ReasonName } from '../budget.ts';
import type { Memory } from '../memory.ts';
import type { Observation } from '../observation.ts';
import type { RolloutPolicy } from '../policy.ts';
import type { RolloutTarget } from '../target.ts';

/** Something wrong that is there now, and when it is enough to fail the rollout. */
export interface Symptom {
  readonly finding: Finding;
  /** On our own clock; `undefined` when it only explains why time ran out. */
  readonly failsAt: number | undefined;
}

/** What a diagnosis looks at. */
export interface Patient {
  readonly target: RolloutTarget;
  readonly observation: Observation;
  readonly memory: Memory;
  readonly policy: RolloutPolicy;
}

/** Looks for one class of failures. Pure. */
export type Examination = (patient: Patient) => readonly Symptom[];

/** A symptom with the class and the budget of its reason. */
export function symptomOf(
  { target, policy }: Patient,
  reason: ReasonName,
  seen: { readonly since: number; readonly attempts?: number },
  details: Omit<Finding, 'reason' | 'class' | 'workload'>,
): Symptom {
  return {
    failsAt: failsAt(policy.budgets[reason], seen),
    finding: { ...details, workload: target.name, reason, class: REASONS[reason].class },
  };
}
