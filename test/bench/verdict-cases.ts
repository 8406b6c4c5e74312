import { FAILURE_CASES, type FailureCase } from '../e2e/rollout-failure-cases.ts';
import {
  crashLoop,
  type EvidenceRule,
  imageMissing,
  livenessKill,
  notCreated,
  oomKilled,
  secretMissing,
  timeUp,
  unschedulable,
} from './evidence.ts';

/** A failure of which the time to its verdict is measured. */
export interface VerdictCase {
  readonly name: string;
  readonly failure: FailureCase;
  readonly rule: EvidenceRule;
  /** Inputs beside the default policy; only where that would take ten minutes. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Seconds from the write to the verdict, where the design allows only so many. */
  readonly budget?: number;
}

const TIMEOUT = 12;

/** One of the bad releases of the end-to-end tests, by the name that it has there. */
function failureCase(name: string): FailureCase {
  const found = FAILURE_CASES.find((one) => one.name === name);
  if (found) return found;
  throw new Error(`The end-to-end tests have no failure "${name}"`);
}

function verdictCase(
  name: string,
  failure: string,
  rule: EvidenceRule,
  more: Partial<Pick<VerdictCase, 'inputs' | 'budget'>> = {},
): VerdictCase {
  return { name, failure: failureCase(failure), rule, inputs: {}, ...more };
}

/** Each failure with its evidence, and the time that it may take. */
export const VERDICT_CASES: readonly VerdictCase[] = [
  verdictCase('image missing', 'an image that does not exist', imageMissing, { budget: 7 }),
  verdictCase('crash at start', 'a crash at the start', crashLoop, { budget: 16 }),
  verdictCase('init crash', 'a crash of an init container', crashLoop),
  verdictCase('Secret missing', 'a Secret that does not exist', secretMissing, { budget: 18 }),
  verdictCase('OOM', 'a container that needs more memory than its limit', oomKilled),
  verdictCase('liveness kill', 'a liveness probe that kills', livenessKill),
  verdictCase('readiness never', 'pods that never become ready', timeUp(TIMEOUT), {
    inputs: { timeout: `${TIMEOUT}s` },
  }),
  verdictCase('quota', 'a quota that is used up', notCreated),
  verdictCase('unschedulable', 'pods that no node takes', unschedulable),
];
