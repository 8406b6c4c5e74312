import type { KubeObject } from '../../cluster/object.ts';
import type { Condition } from '../types.ts';

/** What a rule says while the controller has not seen the present generation. */
export const NOT_OBSERVED = 'waiting for the controller to see the change';

interface Status {
  readonly observedGeneration?: number;
  // The API server prints a list that was never filled as null.
  readonly conditions?: readonly Condition[] | null;
}

function statusOf(object: KubeObject): Status {
  return (object.status ?? {}) as Status;
}

/**
 * Whether the controller has seen the present generation; until then counters and conditions are
 * about the past (krane #325; the controllers write `observedGeneration` together with them).
 */
export function isObserved(object: KubeObject): boolean {
  return (statusOf(object).observedGeneration ?? 0) >= (object.metadata.generation ?? 0);
}

/** Whether the status names a generation at all. */
export function tellsGeneration(object: KubeObject): boolean {
  return statusOf(object).observedGeneration !== undefined;
}

/** Whether it is being deleted. */
export function isLeaving(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}

/** The conditions of an object. */
export function conditionsOf(object: KubeObject): readonly Condition[] {
  return statusOf(object).conditions ?? [];
}

/** The condition of a type. */
export function conditionOf(object: KubeObject, type: string): Condition | undefined {
  return conditionsOf(object).find((condition) => condition.type === type);
}

/** Whether the condition of a type is there and True. */
export function holds(object: KubeObject, type: string): boolean {
  return conditionOf(object, type)?.status === 'True';
}

/** Tells one statement of a condition from an earlier one in the same words. */
export function signatureOf(condition: Condition): string {
  const { type, status, reason, lastUpdateTime, lastTransitionTime } = condition;
  return JSON.stringify([type, status, reason, lastUpdateTime ?? lastTransitionTime]);
}
