import { UserError } from '@paal/core/errors';
import type { PlannedWrite } from '@paal/core/rollout/plan';
import { notBegun } from './outputs.ts';
import {
  unwritten,
  type Writing,
  type WritingPolicy,
  type WritingTools,
  writeOn,
} from './writing.ts';

/**
 * Makes the namespace of the release where the release brings it along: it has to be there before the
 * ledger can say what is written.
 * @throws when it cannot be made
 */
export async function writeNamespaces(
  tools: WritingTools & { readonly namespace: string },
  plan: readonly PlannedWrite[],
  policy: WritingPolicy,
): Promise<Writing> {
  const none = unwritten(plan);
  const own = plan.find(
    ({ resource, live, result }) =>
      resource.kind === 'Namespace' && !live && result.metadata.name === tools.namespace,
  );
  if (!own) return none;
  const isOther = ({ resource }: PlannedWrite): boolean => resource.kind !== 'Namespace';
  const begun = await writeOn(tools, none, policy, isOther);
  if (begun.written.includes(own.name)) return begun;
  const { refusal, unanswered } = begun;
  const { message = '', position } = refusal ?? {};
  const refused = new UserError(message, position ? { position } : {});
  return notBegun(unanswered ?? (refusal ? refused : tools.signal.reason), tools.signal);
}
