import type { CheckpointStore } from '@paal/core/migrate/context/checkpoints';
import {
  Binary,
  type Collection,
  type Db,
  type Document,
  Long,
  ObjectId,
  Timestamp,
} from 'mongodb';

/** Where the tests keep checkpoints: a document, as the run's records do. */
export function storeIn(db: Db): CheckpointStore {
  const records: Collection<{ _id: string; checkpoint: Document }> = db.collection('records');
  return {
    load: async () =>
      (await records.findOne({ _id: 'attempt' }, { promoteLongs: false }))?.checkpoint ?? {},
    save: async (checkpoint) => {
      await records.updateOne({ _id: 'attempt' }, { $set: { checkpoint } }, { upsert: true });
    },
  };
}

/** Ids of every type that the server stores, in its order. */
export const MIXED = [
  1,
  2.5,
  Long.fromString('9007199254740993'),
  'a',
  'b',
  { a: 1 },
  { a: 2 },
  new Binary(Buffer.from('x')),
  new ObjectId('000000000000000000000001'),
  new ObjectId('000000000000000000000002'),
  false,
  true,
  new Date(0),
  new Date(1_000),
  new Timestamp({ t: 1, i: 2 }),
] as const;
