const PRODUCTS = [
  { sku: 'TENT-2', name: 'Two-person tent', price: 18900 },
  { sku: 'LAMP-1', name: 'Head lamp', price: 3450 },
  { sku: 'BAG-35', name: 'Rucksack, 35 litres', price: 11900 },
  { sku: 'MAT-7', name: 'Sleeping mat', price: 6990 },
  { sku: 'POT-3', name: 'Camping pots, set of three', price: 4200 },
  { sku: 'KNIFE-8', name: 'Pocket knife', price: 2900 },
];

/**
 * Can be run again when it was cut off: what is there stays.
 * @param {import('mongodb').Db} db
 */
export async function up(db) {
  const products = db.collection('products');
  await products.createIndex({ sku: 1 }, { unique: true });
  for (const product of PRODUCTS) {
    await products.updateOne({ sku: product.sku }, { $setOnInsert: product }, { upsert: true });
  }
}

/** @param {import('mongodb').Db} db */
export async function down(db) {
  await db.collection('products').drop();
}
