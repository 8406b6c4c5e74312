import type { SourcePosition } from '../errors.ts';

/**
 * How much a finding weighs. *permanent* fails at once; *probable* after several observations;
 * *transient* and *slow* after their grace; *infrastructure* never alone.
 */
export type FindingClass = 'permanent' | 'probable' | 'transient' | 'slow' | 'infrastructure';

/** One thing that is wrong, where, why we think so, and what to do about it. */
export interface Finding {
  /** Stable name in CamelCase, such as `ImageNotFound`; the output `failure-reason`. */
  readonly reason: string;
  readonly class: FindingClass;
  /** `kind/name`, such as `deployment/paal-frontend`. */
  readonly workload?: string;
  readonly pod?: string;
  /** Further pods with the same finding. */
  readonly alsoIn?: readonly string[];
  readonly container?: string;
  /** The object that is missing, or lacks a key. */
  readonly missing?: MissingObject;
  /** One sentence that names the cause. */
  readonly message: string;
  /** What to do next, in one sentence. */
  readonly hint?: string;
  /** What was seen: events, log lines, probe output; from outside, so not yet safe to print. */
  readonly evidence?: readonly Evidence[];
  /** The place in the user's files that this is about. */
  readonly position?: SourcePosition;
}

/** Something that was seen, under a title. */
export interface Evidence {
  readonly title: string;
  readonly lines: readonly string[];
}

/** A ConfigMap or Secret that is not there, or a key that it lacks. */
export interface MissingObject {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly key?: string;
}
