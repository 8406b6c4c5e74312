import type { ClientSession, Collection, Db } from 'mongodb';
import type { Clock } from '../../clock.ts';
import { checkKept } from './batch-input.ts';
import type { Checkpoints, KeptWalk } from './checkpoints.ts';
import type { BatchSource } from './migration.ts';
import type { Place } from './range.ts';
import { type Found, valueAt } from './walk.ts';

/** What a walk works with. */
export interface WalkSurroundings {
  readonly db: Db;
  readonly signal: AbortSignal;
  readonly dryRun: boolean;
  readonly session: ClientSession | undefined;
  readonly clock: Clock;
  readonly log: (message: string) => void;
  readonly checkpoints: Checkpoints;
}

/** The last place of the walk now; `undefined` when there is nothing to walk. */
async function lastPlace(
  collection: Collection,
  { filter = {}, orderBy = '_id' }: BatchSource,
  options: object,
): Promise<Place | undefined> {
  const last = await collection
    .find(filter, { ...options, sort: { [orderBy]: -1 }, limit: 1, projection: { [orderBy]: 1 } })
    .next();
  if (!last) return undefined;
  return { value: valueAt(last as Found, orderBy) ?? null };
}

/** Begins a walk, or finds the place at which it was interrupted; `undefined` when there is nothing. */
export async function openWalk(
  collection: Collection,
  source: BatchSource,
  key: string,
  around: WalkSurroundings,
  readOptions: object,
): Promise<KeptWalk | undefined> {
  const { orderBy = '_id' } = source;
  const kept = around.checkpoints.walkOf(key);
  checkKept(kept, { key, collection: source.collection, orderBy });
  const isBounded = source.until === 'start';
  const until = isBounded
    ? (kept?.until ?? (await lastPlace(collection, source, readOptions)))
    : undefined;
  if (isBounded && !until) return undefined;
  const { documents = 0, batches = 0, after } = kept ?? {};
  const walk: KeptWalk = {
    key,
    collection: source.collection,
    orderBy,
    documents,
    batches,
    ...(after && { after }),
    ...(until && { until }),
  };
  if (after) {
    around.log(
      `${key}: goes on behind the ${documents.toLocaleString('en-US')} documents that are done`,
    );
  } else if (isBounded) {
    await around.checkpoints.keepWalk(walk);
  }
  return walk;
}
