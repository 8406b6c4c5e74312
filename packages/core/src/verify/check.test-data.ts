import type { Check, Observation } from './check.ts';
import type { CheckPolicy } from './judge.ts';

/** How a check is judged that says nothing of it. */
export function checkPolicy(more: Partial<CheckPolicy> = {}): CheckPolicy {
  const { successes, warmsUp = true } = more;
  return {
    name: 'check',
    successes,
    failureLimit: successes !== undefined && warmsUp ? Infinity : 0,
    errorLimit: Infinity,
    warmsUp,
    reportOnly: false,
    initialDelay: 0,
    interval: undefined,
    ...more,
  };
}

/** A check that answers with what `measure` gives. */
export function checkOf(
  measure: (signal: AbortSignal) => Promise<Observation>,
  more: Partial<Check> = {},
): Check {
  return {
    ...checkPolicy(more),
    type: 'http',
    point: 'health',
    target: 'target',
    threshold: 'threshold',
    measure,
    ...more,
  };
}
