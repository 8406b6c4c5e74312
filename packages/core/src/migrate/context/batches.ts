import type { Document } from 'mongodb';
import { formatDuration } from '../../config/duration.ts';
import { errorMessage } from '../../errors.ts';
import { checkThrottle, projectionWith, sizeOf } from './batch-input.ts';
import type { Batch, BatchOptions, BatchSource, BatchTotals } from './migration.ts';
import { openWalk, type WalkSurroundings } from './open-walk.ts';
import { holdBack } from './throttle.ts';
import { type Found, type Piece, walkPieces } from './walk.ts';
import { indexToWalk } from './walk-index.ts';
import { countOf, reporter } from './walk-report.ts';

function isEmpty(object: object): boolean {
  return Object.keys(object).length === 0;
}

function both(filter: Document, condition: Document): Document {
  if (isEmpty(filter)) return condition;
  return isEmpty(condition) ? filter : { $and: [filter, condition] };
}

/**
 * Walks a collection in batches, as {@link MigrationContext.batches} says.
 * @throws UserError for options that make no walk; what `work` or the server throws; the signal's reason
 */
export async function runBatches<T extends Document>(
  source: BatchSource<T>,
  options: BatchOptions,
  work: (documents: readonly T[], batch: Batch) => Promise<unknown>,
  around: WalkSurroundings,
): Promise<BatchTotals> {
  const { clock, signal, session, checkpoints, log, dryRun } = around;
  const { filter = {}, orderBy = '_id', projection } = source as BatchSource;
  const { key = source.collection, throttle, onBatch } = options;
  const size = sizeOf(options);
  checkThrottle(options);
  signal.throwIfAborted();
  const collection = around.db.collection(source.collection);
  const readOptions = {
    hint: await indexToWalk(collection, orderBy),
    ...(session && { session }),
  };
  const opened = await openWalk(collection, source as BatchSource, key, around, readOptions);
  if (!opened) return { documents: 0, batches: 0 };
  let walk = opened;
  const report = reporter(key, around, () => countOf(collection, filter));
  const findOptions = {
    ...readOptions,
    sort: { [orderBy]: 1 as const },
    batchSize: size,
    ...(projection && { projection: projectionWith(orderBy, projection) }),
  };
  const start = clock.now();
  const pieces: AsyncGenerator<Piece<Found>> = walkPieces({
    key: orderBy,
    size,
    after: opened.after,
    until: opened.until,
    read: (condition) => collection.find(both(filter, condition), findOptions),
    goesOn: (error) => {
      if (session || signal.aborted) return false;
      log(`${key}: reading broke off (${errorMessage(error)}), and goes on behind the last batch`);
      return true;
    },
  });
  let begun = clock.now();
  for await (const { documents, place } of pieces) {
    signal.throwIfAborted();
    await work(documents as unknown as readonly T[], { index: walk.batches, session });
    const counted: BatchTotals = {
      documents: walk.documents + documents.length,
      batches: walk.batches + 1,
    };
    walk = { ...walk, ...counted, after: place };
    await checkpoints.keepWalk(walk);
    onBatch?.(counted);
    await report(counted, walk.documents - opened.documents);
    if (dryRun) break;
    await holdBack(throttle, { documents: documents.length, begun }, clock, signal);
    begun = clock.now();
  }
  const took = formatDuration(clock.now() - start);
  log(
    `${key}: ${walk.documents.toLocaleString('en-US')} documents ` +
      `${dryRun ? 'in the first batch; a dry run gives no more' : `done, ${took}`}`,
  );
  return { documents: walk.documents, batches: walk.batches };
}
