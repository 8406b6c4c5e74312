/** A rule taken out of the product, and the tests that have to notice. */
export interface Mutation {
  /** What is no longer so. */
  readonly name: string;
  /** Below packages/core/src. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Test files, by a part of their paths. */
  readonly tests: readonly string[];
}

const ROLLOUT = ['core/src/rollout/', 'core/src/workload/'];

/** A mutation that the tests of rollouts have to notice where no others are named. */
export function mutation(
  name: string,
  file: string,
  from: string,
  to: string,
  tests: readonly string[] = ROLLOUT,
): Mutation {
  return { name, file, from, to, tests };
}
