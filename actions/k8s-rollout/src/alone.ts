import type { ObjectSet } from '@paal/core/release/inventory';
import { type LeaseTools, takeLease } from '@paal/core/release/lease';
import type { Inputs } from './inputs.ts';
import { writeNamespaces } from './namespaces.ts';
import { notBegun } from './outputs.ts';
import type { Plan } from './plan.ts';
import type { Writing } from './writing.ts';

/**
 * Does `work` while no other run changes the app, on the plan as it is by then: another run that was
 * waited for has made the first one out of date. The signal that `work` gets aborts when it is alone no
 * longer.
 * @throws what keeps it from beginning, after the outputs have said so
 */
export async function alone<T>(
  tools: LeaseTools,
  inputs: Inputs,
  first: Plan,
  planAgain: () => Promise<Plan>,
  work: (begun: Writing, gone: ObjectSet, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { clock, signal } = tools;
  const writing = {
    forceConflicts: inputs.forceConflicts,
    deadline: clock.now() + inputs.policy.timeout,
  };
  // The lease has to have a namespace to be in.
  const begun = await writeNamespaces(tools, first.writes, writing);
  const lease = await takeLease(tools, inputs.waitForLease).catch((error: unknown) =>
    notBegun(error, signal),
  );
  try {
    if (!lease.waited) return await work(begun, first.gone, lease.signal);
    const { writes, gone } = await planAgain();
    return await work({ ...begun, plan: writes }, gone, lease.signal);
  } finally {
    await lease.giveBack();
  }
}
