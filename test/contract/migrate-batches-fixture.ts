import type { CheckpointStore } from '@paal/core/migrate/context/checkpoints';
import type { Collection, Db, Document } from 'mongodb';

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
