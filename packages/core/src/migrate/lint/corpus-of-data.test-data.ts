import type { Specimen } from './corpus.test-data.ts';

/** Documents: added, changed, moved. */
export const CORPUS_OF_DATA: readonly Specimen[] = [
  {
    title: 'the template of migrate-mongo, filled in with one line each',
    source: `module.exports = {
  /**
   * @param db {import('mongodb').Db}
   * @param client {import('mongodb').MongoClient}
   * @returns {Promise<void>}
   */
  async up(db, client) {
    await db.collection('albums').updateOne({ artist: 'The Beatles' }, { $set: { blacklisted: true } });
  },

  async down(db, client) {
    await db.collection('albums').updateOne({ artist: 'The Beatles' }, { $set: { blacklisted: false } });
  },
};
`,
    found: [],
  },
  {
    title: 'a default for several collections',
    source: `const COLLECTIONS = ['users', 'teams', 'projects'];

module.exports = {
  async up(db) {
    for (const name of COLLECTIONS) {
      await db
        .collection(name)
        .updateMany({ schemaVersion: { $exists: false } }, { $set: { schemaVersion: 1 } });
    }
  },

  async down(db) {
    await Promise.all(
      COLLECTIONS.map((name) => db.collection(name).updateMany({}, { $unset: { schemaVersion: '' } })),
    );
  },
};
`,
    found: [],
  },
  {
    title: 'seeds, taken back too widely and without waiting',
    source: `const roles = require('../seeds/roles.json');

module.exports = {
  async up(db) {
    await db.collection('roles').insertMany([
      { name: 'admin', permissions: ['*'] },
      { name: 'reader', permissions: ['read'] },
    ]);
    await db.collection('more_roles').insertMany(roles);
  },
  async down(db) {
    db.collection('roles').deleteMany({});
  },
};
`,
    found: ['5 non-idempotent', '12 unawaited-promise', '12 unbounded-delete-many'],
  },
  {
    title: 'a user that is only added where it is missing, with a helper of the application',
    source: `const { hash } = require('../src/passwords');

module.exports = {
  async up(db) {
    const users = db.collection('users');
    const admin = await users.findOne({ username: 'admin' });
    if (admin) {
      console.log('admin is there already');
      return;
    }
    await users.insertOne({ username: 'admin', password: hash('change-me') });
  },
  async down(db) {
    await db.collection('users').deleteOne({ username: 'admin' });
  },
};
`,
    found: ['1 app-model-import'],
  },
  {
    title: 'a field for each document, the first attempt',
    source: `module.exports = {
  async up(db, client) {
    const session = client.startSession();
    try {
      await session.withTransaction(async () => {
        const printers = db.collection('printers');
        await printers.find({}).forEach(function (printer) {
          printers.updateOne({ _id: printer._id }, { $set: { name: printer.appearance.name } });
        });
      });
    } finally {
      await session.endSession();
    }
  },
};
`,
    found: [
      '2 no-down',
      '7 session-not-passed',
      '8 long-transaction',
      '8 session-not-passed',
      '8 unawaited-promise',
    ],
  },
  {
    title: 'a field for each document, in batches of bulkWrite',
    source: `const BATCH = 500;

async function flush(collection, operations) {
  if (operations.length === 0) return;
  await collection.bulkWrite(operations, { ordered: false });
}

export async function up(db) {
  const users = db.collection('users');
  const cursor = users.find({ fullName: { $exists: false } }, { projection: { first: 1, last: 1 } });
  let operations = [];
  while (await cursor.hasNext()) {
    const user = await cursor.next();
    operations.push({
      updateOne: { filter: { _id: user._id }, update: { $set: { fullName: \`\${user.first} \${user.last}\` } } },
    });
    if (operations.length === BATCH) {
      await flush(users, operations);
      operations = [];
    }
  }
  await flush(users, operations);
}

export async function down(db) {
  await db.collection('users').updateMany({ fullName: { $exists: true } }, { $unset: { fullName: '' } });
}
`,
    found: [],
  },
  {
    title: 'a pipeline that fills a field from others, and a copy made by $merge',
    source: `export default {
  async up(db) {
    await db
      .collection('orders')
      .updateMany({ total: { $exists: false } }, [{ $set: { total: { $add: ['$net', '$tax'] } } }]);
    await db
      .collection('orders')
      .aggregate([{ $match: { state: 'paid' } }, { $merge: { into: 'paid_orders' } }])
      .toArray();
  },
  async down(db) {
    await db.collection('orders').updateMany({}, [{ $unset: 'total' }]);
    await db.collection('paid_orders').drop();
  },
};
`,
    found: [],
  },
  {
    title: 'a rename of a field and a purge by age, both at once',
    source: `exports.up = async function up(db) {
  await db.collection('users').updateMany({}, { $rename: { nick: 'displayName' } });
  const limit = { createdAt: { $lt: new Date(Date.now() - 90 * 24 * 3600 * 1000) } };
  await db.collection('events').deleteMany(limit);
};

exports.down = async function down(db) {
  await db.collection('users').updateMany({}, { $rename: { displayName: 'nick' } });
};
`,
    found: ['2 unbatched-update-many', '2 rename-field', '3 nondeterministic-target'],
  },
];
