import { systemClock } from '@paal/core/clock';
import { migrationContext } from '@paal/core/migrate/context/context';
import { MongoClient } from 'mongodb';
import { storeIn } from './migrate-batches-fixture.ts';

// A process of its own, for a test that kills it: copies what it walks, and says before each batch so.
const [uri = '', database = ''] = process.argv.slice(2);
const client = await MongoClient.connect(uri);
const db = client.db(database);
const ctx = await migrationContext({
  db,
  clock: systemClock,
  signal: new AbortController().signal,
  dryRun: false,
  session: undefined,
  log: (line) => console.log(line),
  store: storeIn(db),
});
await ctx.batches({ collection: 'users' }, {}, async (documents, { index }) => {
  console.log(`batch ${index}`);
  await db.collection('done').insertMany(documents.map(({ _id }) => ({ user: _id })));
});
await client.close();
