import type { KubeObject, Resource } from '../cluster/object.ts';
import type { KindRules } from '../workload/kinds/kind.ts';
import { rulesFor } from '../workload/kinds/registry.ts';
import type { WorkloadRef } from '../workload/types.ts';

/** What was written, and is now watched. */
export interface RolloutTarget {
  readonly resource: Resource;
  /** `undefined` for what belongs to no namespace. */
  readonly namespace: string | undefined;
  /** `kind/name`. */
  readonly name: string;
  /** As our own write returned it: its generation is the first that counts. */
  readonly written: KubeObject;
  /** False when the write changed nothing. */
  readonly changed: boolean;
  /** The containers whose images we set; `undefined` when we set the whole object. */
  readonly imagesOf: readonly string[] | undefined;
  /** Present where it can be put back to an earlier template. */
  readonly workload: WorkloadRef | undefined;
}

/**
 * The rules of what is watched.
 * @throws Error for a kind that has none, which nobody should have made a target
 */
export function rulesOf({ resource, name }: Pick<RolloutTarget, 'resource' | 'name'>): KindRules {
  const rules = rulesFor(resource);
  if (!rules) throw new Error(`${name}: there is nothing to wait for with a ${resource.kind}`);
  return rules;
}
