import { systemClock } from '@paal/core/clock';
import { acquireLease } from '@paal/core/migrate/lease/acquire';
import { MongoClient } from 'mongodb';

/** A run that ends without giving its lease back: it must end. */
const [, , uri = '', database = ''] = process.argv;
const client = await MongoClient.connect(uri);
await acquireLease(client.db(database), {
  lock: 'migrations',
  ttl: 60_000,
  wait: 0,
  holder: { run: 'forgetful', actor: '', sha: '', host: '' },
  clock: systemClock,
  today: () => new Date(),
  signal: new AbortController().signal,
  onWait: () => {},
});
console.log('taken');
await client.close(true);
