import { info } from '@paal/core/action/log';
import { requireAccess } from '@paal/core/cluster/access-review';
import type { RequestOptions } from '@paal/core/cluster/connection';
import type { ObjectSet } from '@paal/core/release/inventory';
import { pruneAccess } from '@paal/core/rollout/access';
import type { PlannedWrite } from '@paal/core/rollout/plan';
import { lookForLeftovers, type PruneTools, refName } from '@paal/core/rollout/prune-release';
import { contentOf } from './release.ts';

/**
 * Says what will be deleted once the release is verified, and makes sure that it may be. Gives what
 * earlier releases had and is there no more. Changes nothing.
 * @throws UserError when a permission is missing, or the ledger cannot be read
 */
export async function planPruning(
  tools: PruneTools,
  writes: readonly PlannedWrite[],
  options: RequestOptions,
): Promise<ObjectSet> {
  const content = contentOf(writes, 'result');
  const { deleted, kept, gone } = await lookForLeftovers(tools, content, undefined, options);
  const resources = await Promise.all(
    deleted.map(({ ref }) => tools.discovery.resource(ref.apiVersion, ref.kind)),
  );
  const rules = resources.flatMap(pruneAccess);
  await requireAccess(tools.connection, tools.namespace, rules, options);
  const names = deleted.map(({ ref }) => refName(ref)).join(', ');
  info(
    deleted.length > 0
      ? `Deleted once this release is verified (prune): ${names}`
      : 'Earlier releases have left nothing that is to be deleted (prune)',
  );
  for (const { ref, because } of kept) info(`${refName(ref)} stays: ${because}`);
  return gone;
}
