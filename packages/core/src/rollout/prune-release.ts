import { requireAccess } from '../cluster/access-review.ts';
import type { Connection, RequestOptions } from '../cluster/connection.ts';
import type { Discovery } from '../cluster/discovery.ts';
import { objectName } from '../cluster/object.ts';
import { UserError } from '../errors.ts';
import {
  inventoryOf,
  isSame,
  leftoversOf,
  type ObjectRef,
  type ObjectSet,
  refOf,
} from '../release/inventory.ts';
import type { Ledger, LedgerEntry } from '../release/ledger.ts';
import { type Release, type ReleaseContent, releaseName } from '../release/release.ts';
import { isWorkload } from '../workload/template.ts';
import { pruneAccess } from './access.ts';
import { type PrunePlan, planPrune } from './prune.ts';
import { keptReleases } from './prune-kept.ts';
import { deleteLeftovers, type Pruned, readLeftovers } from './prune-objects.ts';

/** What pruning works with. */
export interface PruneTools {
  readonly connection: Connection;
  readonly discovery: Discovery;
  readonly ledger: Ledger;
  readonly namespace: string;
}

/** What is left over of earlier releases, and what becomes of it. */
export interface Leftovers extends PrunePlan {
  /** What earlier releases had, and is there no more. */
  readonly gone: ObjectSet;
}

/** `kind/name`, as everywhere. */
export function refName({ kind, name }: ObjectRef): string {
  return objectName(kind, name);
}

function contentsOf(entries: readonly LedgerEntry[]): readonly ReleaseContent[] {
  return entries.flatMap(({ content }) => content ?? []);
}

/**
 * Looks for what earlier releases applied and `content` has no longer, and decides what becomes of it
 * once `content` is verified. Changes nothing.
 * @param number of the release in the ledger; `undefined` when it is only planned
 * @throws UserError when a release of the ledger cannot be read, because it may need what would go
 */
export async function lookForLeftovers(
  { connection, discovery, ledger, namespace }: PruneTools,
  content: ReleaseContent,
  number: number | undefined,
  options: RequestOptions,
): Promise<Leftovers> {
  const [own, others] = await Promise.all([ledger.entries(), ledger.entriesOfOthers()]);
  const unreadable = [...own, ...others].find((one) => !one.content)?.release;
  if (unreadable) {
    const name = releaseName(unreadable.app, unreadable.number);
    throw new UserError(
      `Nothing is pruned, because the ledger's entry configmap/${name} cannot be read, and that release may need it. ` +
        `Delete that entry if nobody is to go back to it: kubectl -n ${namespace} delete configmap ${name}`,
    );
  }
  const applied = content.objects.map((object) => refOf(object, namespace));
  const inventory = inventoryOf([...contentsOf(own), content], namespace);
  const refs = leftoversOf(inventory, applied);
  const found = await readLeftovers(connection, discovery, refs, options);
  const alike = applied.filter(({ name }) => found.some(({ ref }) => ref.name === name));
  const present = await readLeftovers(connection, discovery, alike, options);
  const earlier = own.filter(({ release }) => release.number !== number);
  const plan = planPrune(
    found,
    present.map(({ live }) => live),
    keptReleases(earlier, others, content, namespace),
  );
  const isFound = (ref: ObjectRef): boolean =>
    found.some((one) => isSame({ ...one.ref, namespace: ref.namespace }, ref));
  return { ...plan, gone: refs.filter((ref) => !isFound(ref)) };
}

/**
 * The same, and makes sure that what is to be deleted may be.
 * @throws UserError with the missing rules as YAML
 */
export async function planPruning(
  tools: PruneTools,
  content: ReleaseContent,
  number: number | undefined,
  options: RequestOptions,
): Promise<Leftovers> {
  const leftovers = await lookForLeftovers(tools, content, number, options);
  const resources = await Promise.all(
    leftovers.deleted.map(({ ref }) => tools.discovery.resource(ref.apiVersion, ref.kind)),
  );
  const rules = resources.flatMap(pruneAccess);
  await requireAccess(tools.connection, tools.namespace, rules, options);
  return leftovers;
}

/** Deletes what is decided, and says in the ledger which workloads went, so that a rollback knows. */
export async function pruneLeftovers(
  { connection, discovery, ledger }: PruneTools,
  release: Release,
  { deleted }: PrunePlan,
  options: RequestOptions,
): Promise<readonly Pruned[]> {
  const workloads = deleted
    .filter(({ ref }) => isWorkload({ ...ref, namespaced: true }))
    .map(({ ref }) => refName(ref));
  options.signal?.throwIfAborted();
  // Before they go: a run that ends on the way must not make a rollback forget them.
  if (workloads.length > 0) {
    await ledger.markPruned(release, [...new Set([...release.pruned, ...workloads])]);
  }
  return await deleteLeftovers(connection, discovery, deleted, options);
}
