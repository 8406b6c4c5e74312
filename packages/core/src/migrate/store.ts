import type { ClientSession, Collection, Db, Document } from 'mongodb';
import { historyError } from './drivers/mongodb-errors.ts';
import { type AppliedMigration, type ChangelogRow, readHistory } from './history.ts';
import type { Settlement } from './planned.ts';
import { type MigrationRecord, RECORDS } from './record.ts';
import type { StoredSource } from './stored-source.ts';

/** The transaction of a migration: a session can only be used with the client that began it. */
export interface TransactionOfMigration {
  readonly db: Db;
  readonly session: ClientSession;
}

/** The changelog and the records of a database. */
export interface MigrationStore {
  readonly changelog: string;
  /** What is applied, oldest first. */
  history(): Promise<readonly AppliedMigration[]>;
  /** All attempts; of their sources it is only told whether there is one. */
  records(): Promise<readonly MigrationRecord[]>;
  /** The stored source of one attempt. */
  source(id: string): Promise<StoredSource | undefined>;
  insertRecords(records: readonly MigrationRecord[]): Promise<void>;
  updateRecord(id: string, fields: Partial<MigrationRecord>): Promise<void>;
  /** Corrects what is to be corrected, and then removes what is to be removed. */
  settleRecords(settlement: Settlement): Promise<void>;
  insertRow(row: ChangelogRow, within?: TransactionOfMigration): Promise<void>;
  deleteRows(fileName: string, within?: TransactionOfMigration): Promise<void>;
  /** Corrects the `fileHash` of the rows that have one. */
  updateHash(fileName: string, fileHash: string): Promise<void>;
}

/**
 * Does `write`. When its answer was lost, or said that what it was to write is there already, what
 * is there decides: a write that a server carried out is none that failed.
 */
async function settled(
  write: () => Promise<unknown>,
  isDone: () => Promise<boolean>,
): Promise<void> {
  try {
    await write();
  } catch (error) {
    const done = await isDone().catch(() => false);
    if (!done) throw error;
  }
}

/**
 * The row as a document. Its name is its `_id` too: even a run that stood still between its last look at
 * the lease and this write cannot record a migration a second time.
 */
function rowOf(row: ChangelogRow): Document {
  return { _id: row.fileName, ...row };
}

// What is decided upon is never read from a secondary that lags, and never lost with a primary.
const DURABLE = { readPreference: 'primary', writeConcern: { w: 'majority' } } as const;

/** The store in `db`, with the changelog in the collection `changelog`. */
export function mongodbStore(db: Db, changelog: string): MigrationStore {
  const rows = db.collection<Document>(changelog, DURABLE);
  const records = db.collection<MigrationRecord>(RECORDS, DURABLE);
  const read = async (collection: Collection<never>, options = {}): Promise<Document[]> => {
    try {
      return await collection.find({}, options).toArray();
    } catch (error) {
      throw historyError(error, collection.collectionName, db.databaseName);
    }
  };
  return {
    changelog,
    history: async () => readHistory(await read(rows as never), changelog),
    records: async () =>
      (await read(records as never, {
        projection: { 'source.files': 0 },
        // A Long in a checkpoint is to stay one.
        promoteLongs: false,
      })) as unknown as readonly MigrationRecord[],
    source: async (_id) => (await records.findOne({ _id }))?.source,
    insertRecords: async (all) => {
      const _id = { $in: all.map((record) => record._id) };
      await settled(
        () =>
          records.insertMany(
            all.map((record) => ({ ...record })),
            { ordered: false },
          ),
        async () =>
          (await records.find({ _id }, { projection: { _id: 1 } }).toArray()).length === all.length,
      );
    },
    updateRecord: async (_id, fields) => {
      await records.updateOne({ _id }, { $set: fields });
    },
    settleRecords: async ({ corrections, removals }) => {
      if (corrections.length > 0) {
        await records.bulkWrite(
          corrections.map(({ _id, fields }) => ({
            updateOne: { filter: { _id }, update: { $set: fields } },
          })),
        );
      }
      if (removals.length > 0) await records.deleteMany({ _id: { $in: [...removals] } });
    },
    insertRow: async (row, within) => {
      if (within) {
        const { db: itsDb, session } = within;
        await itsDb.collection<Document>(changelog).insertOne(rowOf(row), { session });
      } else {
        const { fileName, appliedAt } = row;
        await settled(
          () => rows.insertOne(rowOf(row)),
          async () => (await rows.findOne({ fileName, appliedAt })) !== null,
        );
      }
    },
    deleteRows: async (fileName, within) => {
      if (within) {
        const { db: itsDb, session } = within;
        await itsDb.collection(changelog).deleteMany({ fileName }, { session });
      } else {
        await settled(
          () => rows.deleteMany({ fileName }),
          async () => (await rows.findOne({ fileName })) === null,
        );
      }
    },
    updateHash: async (fileName, fileHash) => {
      await rows.updateMany({ fileName, fileHash: { $exists: true } }, { $set: { fileHash } });
    },
  };
}
