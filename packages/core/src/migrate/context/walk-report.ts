import type { Collection, Document } from 'mongodb';
import type { BatchTotals } from './migration.ts';
import type { WalkSurroundings } from './open-walk.ts';
import { progressLine } from './walk-progress.ts';

const LOG_INTERVAL = 5_000;
/** How long documents may be counted for a line of the log. */
const LONGEST_COUNT = 2_000;

/** About how many documents there are; `undefined` where that is not soon known. */
export async function countOf(
  collection: Collection,
  filter: Document,
): Promise<number | undefined> {
  const limit = { maxTimeMS: LONGEST_COUNT };
  try {
    return Object.keys(filter).length === 0
      ? await collection.estimatedDocumentCount(limit)
      : await collection.countDocuments(filter, limit);
  } catch {
    return undefined;
  }
}

/** Tells of the walk at most every 5 s; counts the documents before the first line. */
export function reporter(
  name: string,
  { clock, log, session }: WalkSurroundings,
  count: () => Promise<number | undefined>,
): (totals: BatchTotals, ofAttempt: number) => Promise<void> {
  const begun = clock.now();
  let told = begun;
  let total: Promise<number | undefined> | undefined;
  return async ({ documents }, ofAttempt) => {
    if (clock.now() - told < LOG_INTERVAL) return;
    const milliseconds = clock.now() - begun;
    // A count cannot be part of a transaction, which is over within a minute anyway.
    total ??= session ? Promise.resolve(undefined) : count();
    const progress = { documents, ofAttempt, milliseconds, total: await total };
    log(`${name}: ${progressLine(progress)}`);
    told = clock.now();
  };
}
