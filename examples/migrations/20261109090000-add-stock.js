const STOCK = { 'TENT-2': 12, 'LAMP-1': 140, 'BAG-35': 31, 'MAT-7': 58, 'KNIFE-8': 75 };

/**
 * Only adds: a backend that does not know the field goes on as before, so the release before this
 * one still works while the new one is rolled out, and after a rollback.
 * @param {import('mongodb').Db} db
 */
export async function up(db) {
  const products = db.collection('products');
  for (const [sku, stock] of Object.entries(STOCK)) {
    await products.updateOne({ sku, stock: { $exists: false } }, { $set: { stock } });
  }
  await products.updateMany({ stock: { $exists: false } }, { $set: { stock: 0 } });
}

/** @param {import('mongodb').Db} db */
export async function down(db) {
  await db.collection('products').updateMany({}, { $unset: { stock: '' } });
}
