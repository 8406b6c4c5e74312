import type { KubeObject } from '../cluster/object.ts';

/** Of a Deployment that says nothing (API reference), and of every kind that has no such field. */
const DEFAULT_SECONDS = 600;

/** Milliseconds without progress that an object allows: its `progressDeadlineSeconds`. */
export function progressDeadline({ spec }: KubeObject): number {
  const { progressDeadlineSeconds = DEFAULT_SECONDS } = (spec ?? {}) as {
    readonly progressDeadlineSeconds?: number;
  };
  return progressDeadlineSeconds * 1_000;
}
