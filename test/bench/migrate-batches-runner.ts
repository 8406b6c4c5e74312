import { systemClock } from '@paal/core/clock';
import type { Checkpoint, CheckpointStore } from '@paal/core/migrate/context/checkpoints';
import { migrationContext } from '@paal/core/migrate/context/context';
import { type Document, MongoClient } from 'mongodb';

// What runs a migration in a benchmark, as the engine does, with a record for its checkpoints.
const [uri = '', database = '', file = ''] = process.argv.slice(2);
const client = await MongoClient.connect(uri);
const db = client.db(database);
const records = db.collection<{ _id: string; checkpoint: Document }>('records');
const store: CheckpointStore = {
  load: async () => ({}),
  save: async (checkpoint: Checkpoint) => {
    await records.updateOne({ _id: 'attempt' }, { $set: { checkpoint } }, { upsert: true });
  },
};
const ctx = await migrationContext({
  db,
  clock: systemClock,
  signal: new AbortController().signal,
  dryRun: false,
  session: undefined,
  log: (line) => console.log(line),
  store,
});
const { up } = (await import(file)) as { up(...given: readonly unknown[]): Promise<void> };
await up(db, client, ctx);
await client.close();
