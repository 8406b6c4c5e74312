import { type LeaseTools, takeLease, withLease } from '@paal/core/release/lease';
import type { Inputs } from './inputs.ts';
import { writeNamespaces } from './namespaces.ts';
import { notBegun } from './outputs.ts';
import type { Plan } from './plan.ts';
import type { Pruning } from './prune.ts';
import { type Writing, writingPolicy } from './writing.ts';

/** What is to be written, as far as that has come, and what earlier releases have left. */
export interface Begun {
  readonly writing: Writing;
  readonly pruning: Pruning;
}

/**
 * Does `work` while no other run changes the app; the signal that it gets aborts when it is alone no
 * longer.
 * @throws what keeps it from beginning, after the outputs have said so
 */
export async function alone<T>(
  tools: LeaseTools,
  inputs: Inputs,
  first: Plan,
  planAgain: () => Promise<Plan>,
  work: (begun: Begun, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { clock, signal } = tools;
  // The lease has to have a namespace to be in.
  const policy = writingPolicy(inputs, clock.now());
  const writing = await writeNamespaces(tools, first.writes, policy);
  const lease = await takeLease(tools, inputs.waitForLease).catch((error: unknown) =>
    notBegun(error, signal),
  );
  const again = async (): Promise<Begun> => {
    const { writes, pruning } = await planAgain();
    return { writing: { ...writing, plan: writes }, pruning };
  };
  return await withLease(lease, { writing, pruning: first.pruning }, again, work);
}
