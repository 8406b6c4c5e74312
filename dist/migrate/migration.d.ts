// Types alone, and of nothing but the driver: this file is published as it is, for migrations in TypeScript.
import type { ClientSession, Db, Document, Filter, MongoClient } from 'mongodb';

/** A migration's `up` or `down`. */
export type MigrationFunction = (
  db: Db,
  client: MongoClient,
  ctx: MigrationContext,
) => Promise<unknown>;

/** What a migration is given beside the database and the client. */
export interface MigrationContext {
  /** Aborted when the run is cancelled or has lost its lease: stop between two pieces of work. */
  readonly signal: AbortSignal;
  /** Whether nothing is to be changed. */
  readonly dryRun: boolean;
  /**
   * The session of the transaction in which the migration runs: every call of the driver that writes
   * needs it, `insertOne(document, { session: ctx.session })`. `undefined` without a transaction.
   */
  readonly session: ClientSession | undefined;
  /** Adds a line to the log. */
  log(message: string): void;
  /**
   * Keeps `value` for the next attempt, should this one be interrupted; when the promise resolves, the
   * value is in the database. Types of BSON stay what they are. `undefined` forgets it. In a
   * transaction and in a dry run nothing is kept, as nothing of such an attempt stays either.
   */
  checkpoint(key: string, value: unknown): Promise<void>;
  /** The value that the interrupted attempt, which this one continues, kept last. */
  resumed<T>(key: string): T | undefined;
  /**
   * Calls `work` with all documents of a collection, `size` at a time, in the order of `_id`. After each
   * batch its place is kept, so that an attempt after an interrupted one goes on there. The batch
   * that was being worked on is given again: `work` must bear to meet a document twice.
   * @throws what `work` throws; the signal's reason, between two batches
   */
  batches<T extends Document = Document>(
    source: BatchSource<T>,
    options: BatchOptions,
    work: (documents: readonly T[], batch: Batch) => Promise<unknown>,
  ): Promise<BatchTotals>;
}

/** What `ctx.batches` walks. */
export interface BatchSource<T extends Document = Document> {
  readonly collection: string;
  /** Which documents; default: all. A document that no longer matches when its turn comes is left out. */
  readonly filter?: Filter<T>;
  /** Which fields; default: all. The one by which the walk goes is always among them. */
  readonly projection?: Document;
  /**
   * The field by which the walk goes; default `_id`. Another one needs a unique index of its own, a
   * value in every document, and must not be changed by the migration.
   */
  readonly orderBy?: string;
  /**
   * `start`: ends with the document that is the last at the start, for a migration that inserts into the
   * collection it walks. Default: ends when there is no further document.
   */
  readonly until?: 'start';
}

/** How `ctx.batches` walks. */
export interface BatchOptions {
  /** Documents in a batch, 1 to 100,000; default 1,000. */
  readonly size?: number;
  /** A limit to the pace, or a pause after each batch; default: neither. */
  readonly throttle?:
    | { readonly documentsPerSecond: number }
    | { readonly pauseMilliseconds: number };
  /** Names the walk among those of the migration; default: the collection. */
  readonly key?: string;
  /** Called when the place behind a batch is kept. */
  readonly onBatch?: (totals: BatchTotals) => void;
}

/** One batch. */
export interface Batch {
  /** Counts from 0, over all attempts. */
  readonly index: number;
  /** The session of the transaction, as `ctx.session`. */
  readonly session: ClientSession | undefined;
}

/** How far a walk is, with what interrupted attempts did of it. */
export interface BatchTotals {
  readonly documents: number;
  readonly batches: number;
}
