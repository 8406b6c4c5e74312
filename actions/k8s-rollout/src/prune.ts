import { info } from '@paal/core/action/log';
import type { RequestOptions } from '@paal/core/cluster/connection';
import type { ObjectSet } from '@paal/core/release/inventory';
import type { PlannedWrite } from '@paal/core/rollout/plan';
import { type PruneTools, planPruning, refName } from '@paal/core/rollout/prune-release';
import { contentOf } from './release.ts';

/** What earlier releases have left. */
export interface Pruning {
  /** Objects that are there no more. */
  readonly gone: ObjectSet;
  /** One sentence about those that are deleted once the release is verified; `undefined` for none. */
  readonly note: string | undefined;
}

/** Where nothing is pruned. */
export const NO_PRUNING: Pruning = { gone: [], note: undefined };

/**
 * Says what will be deleted once the release is verified. Changes nothing.
 * @throws UserError when a permission is missing, or the ledger cannot be read
 */
export async function tellPruning(
  tools: PruneTools,
  writes: readonly PlannedWrite[],
  options: RequestOptions,
): Promise<Pruning> {
  const content = contentOf(writes, 'result');
  const { deleted, kept, gone } = await planPruning(tools, content, undefined, options);
  const names = deleted.map(({ ref }) => refName(ref)).join(', ');
  const note =
    deleted.length > 0 ? `Deleted once this release is verified (prune): ${names}` : undefined;
  info(note ?? 'Earlier releases have left nothing that is to be deleted (prune)');
  for (const { ref, because } of kept) info(`${refName(ref)} stays: ${because}`);
  return { gone, note };
}
