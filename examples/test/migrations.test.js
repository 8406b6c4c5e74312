import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MongoClient } from 'mongodb';
import * as createProducts from '../migrations/20261102090000-create-products.js';
import * as addStock from '../migrations/20261109090000-add-stock.js';
import { startBoth } from './service.js';

const testDatabase = process.env.TEST_MONGODB_URI;

test('migrations show in the page, and go back', {
  skip: testDatabase ? false : 'TEST_MONGODB_URI names no database',
}, async () => {
  const client = new MongoClient(testDatabase);
  try {
    const { frontend } = await startBoth(testDatabase);
    const products = async () => (await (await fetch(`${frontend}/api/products`)).json()).products;
    assert.deepEqual(await products(), []);
    for (const _ of ['once', 'and again after a crash']) await createProducts.up(client.db());
    assert.equal((await products()).length, 6);
    assert.equal((await products())[0].stock, undefined);
    for (const _ of ['once', 'and again after a crash']) await addStock.up(client.db());
    assert.equal((await products()).find(({ sku }) => sku === 'TENT-2').stock, 12);
    assert.equal((await products()).find(({ sku }) => sku === 'POT-3').stock, 0);
    await addStock.down(client.db());
    assert.equal((await products())[0].stock, undefined);
    await createProducts.down(client.db());
    assert.deepEqual(await products(), []);
  } finally {
    await client.db().dropDatabase();
    await client.close();
  }
});
