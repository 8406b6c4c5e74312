import type { Finding } from '../../report/finding.ts';
import type { Memory } from '../memory.ts';
import type { Observation, RolloutTarget } from '../observation.ts';
import type { RolloutPolicy } from '../policy.ts';

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

/** `text` as the end of a sentence: one line, without its full stop. */
export function clause(text: string): string {
  return text.trim().replace(/\s+/g, ' ').replace(/\.$/, '');
}
