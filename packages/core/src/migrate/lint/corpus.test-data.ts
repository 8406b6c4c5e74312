/** A migration in the manner of those that teams write, and what is to be found in it: line and rule. */
export interface Specimen {
  readonly title: string;
  readonly name?: string;
  readonly source: string;
  readonly found: readonly string[];
}

/** Collections, indexes, validators, transactions. */
export const CORPUS: readonly Specimen[] = [
  {
    title: 'a collection with a validator and its indexes',
    source: `module.exports = {
  async up(db, client) {
    await db.createCollection('invoices', {
      validator: { $jsonSchema: { bsonType: 'object', required: ['number'] } },
    });
    await db.collection('invoices').createIndex({ number: 1 }, { unique: true });
    await db.collection('invoices').createIndex({ customer: 1, due: -1 });
  },

  async down(db, client) {
    await db.collection('invoices').drop();
  },
};
`,
    found: [],
  },
  {
    title: 'a TTL index on what is there',
    source: `module.exports = {
  async up(db) {
    await db.collection('sessions').createIndex({ lastSeen: 1 }, { expireAfterSeconds: 86400, background: true });
  },
  async down(db) {
    await db.collection('sessions').dropIndex('lastSeen_1');
  },
};
`,
    found: ['3 index-build'],
  },
  {
    title: 'an index within a transaction that it knows nothing of',
    source: `module.exports = {
  async up(db, client) {
    const session = client.startSession();
    try {
      await session.withTransaction(async () => {
        await db.collection('roles').createIndex({ name: 1 }, { unique: true, name: 'role_name' });
      });
    } finally {
      await session.endSession();
    }
  },
  async down(db, client) {
    const session = client.startSession();
    try {
      await session.withTransaction(async () => {
        await db.collection('roles').dropIndex('role_name');
      });
    } finally {
      await session.endSession();
    }
  },
};
`,
    found: ['6 ddl-in-transaction', '6 unique-index-on-existing', '16 ddl-in-transaction'],
  },
  {
    title: 'a unique index after a look for duplicates, in TypeScript',
    name: '20260101000000-unique.ts',
    source: `import type { Db } from 'mongodb';

export async function precheck(db: Db): Promise<void> {
  const twice = await db
    .collection('users')
    .aggregate<{ _id: string }>([
      { $group: { _id: '$email', count: { $sum: 1 } } },
      { $match: { count: { $gt: 1 } } },
    ])
    .toArray();
  if (twice.length > 0) throw new Error(\`\${twice.length} e-mail addresses are there twice\`);
}

export async function up(db: Db): Promise<void> {
  await db.collection('users').createIndex({ email: 1 }, { unique: true, name: 'email' });
}

export async function down(db: Db): Promise<void> {
  await db.collection('users').dropIndex('email');
}
`,
    found: ['15 index-build'],
  },
  {
    title: 'an index that is replaced, the new one first',
    source: `exports.up = async (db) => {
  const orders = db.collection('orders');
  await orders.createIndex({ customer: 1, createdAt: -1 }, { name: 'customer_createdAt' });
  await orders.dropIndex('customer_1');
};

exports.down = async (db) => {
  const orders = db.collection('orders');
  await orders.createIndex({ customer: 1 });
  await orders.dropIndex('customer_createdAt');
};
`,
    found: ['3 index-build'],
  },
  {
    title: 'a transfer in a transaction',
    source: `export async function up(db, client) {
  const session = client.startSession();
  try {
    await session.withTransaction(async () => {
      const settings = db.collection('settings');
      const old = await settings.findOne({ _id: 'mail' }, { session });
      if (!old) return;
      await db.collection('mail').insertOne({ host: old.host, port: old.port }, { session });
      await settings.deleteOne({ _id: 'mail' }, { session });
    });
  } finally {
    await session.endSession();
  }
}

export const irreversible = 'the settings were split by hand';
`,
    found: [],
  },
  {
    title: 'a collection that is given up, with all the wrong ways of saying so',
    source: `module.exports = {
  up: async (db) => {
    const names = (await db.listCollections().toArray()).map(({ name }) => name);
    if (names.includes('basket_old')) await db.dropCollection('basket_old');
    // paal-safe: drop-collection
    await db.collection('basket_older').drop();
    // paal-safe: drop-collection removed from the code in 4.2, backed up on 3 March
    await db.collection('basket_oldest').drop();
  },
  down: async () => {
    throw new Error('not reversible');
  },
};
`,
    found: ['4 drop-collection', '5 override-without-reason', '6 drop-collection', '10 no-down'],
  },
];
