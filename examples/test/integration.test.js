import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, test } from 'node:test';
import { MongoClient } from 'mongodb';
import * as createProducts from '../migrations/20261102090000-create-products.js';
import * as addStock from '../migrations/20261109090000-add-stock.js';
import { startService } from './service.js';

const NO_DATABASE = 'mongodb://127.0.0.1:1/shop';
const testDatabase = process.env.TEST_MONGODB_URI;

/** @type {ReturnType<typeof startService>[]} */
let running = [];

afterEach(async () => {
  await Promise.all(running.map((service) => service.stop()));
  running = [];
});

/** @type {typeof startService} */
function start(name, env) {
  const service = startService(name, env);
  running.push(service);
  return service;
}

/** The two services, as k8s/base has them. */
async function startBoth(mongodbUri = NO_DATABASE) {
  const backend = await start('backend', { VERSION: 'b1', MONGODB_URI: mongodbUri }).address();
  const frontend = await start('frontend', { VERSION: 'f1', BACKEND_URL: backend }).address();
  return { backend, frontend };
}

test('both serve without a database, and say what is wrong', async () => {
  const { backend, frontend } = await startBoth();
  for (const [address, version] of [
    [backend, 'b1'],
    [frontend, 'f1'],
  ]) {
    const health = await (await fetch(`${address}/api/health`)).json();
    assert.deepEqual([health.status, health.version], ['ok', version]);
  }
  const [backendReady, frontendReady, products, status] = await Promise.all([
    fetch(`${backend}/api/ready`),
    fetch(`${frontend}/api/ready`),
    fetch(`${frontend}/api/products`),
    fetch(`${frontend}/api/status`),
  ]);
  assert.deepEqual([backendReady.status, frontendReady.status, products.status], [503, 200, 502]);
  assert.deepEqual(await status.json(), {
    frontend: { version: 'f1' },
    backend: { status: 'not ready', version: 'b1' },
  });
});

test('the page is there when the backend is not', async () => {
  const frontend = await start('frontend', { BACKEND_URL: 'http://127.0.0.1:1' }).address();
  const response = await fetch(frontend);
  assert.equal(response.status, 200);
  assert.match(await response.text(), /"status":"unreachable"/);
});

test('both have the metrics that the alerts ask for', async () => {
  const { backend, frontend } = await startBoth();
  await fetch(`${frontend}/api/products`);
  for (const address of [backend, frontend]) {
    const metrics = await (await fetch(`${address}/metrics`)).text();
    assert.match(metrics, /^http_requests_total\{.*status="50[0-9]"\} 1$/m);
    assert.match(metrics, /^http_request_duration_seconds_bucket\{le="2"/m);
  }
});

test('a missing setting ends a service at once, and is named in its log', async () => {
  const backend = start('backend', {});
  assert.equal(await backend.ended, 1);
  assert.match(String(backend.log.at(-1)?.message), /The setting MONGODB_URI is missing/);
});

test('when a service is stopped, requests under way are answered', async () => {
  const silentDatabase = createServer().listen(0, '127.0.0.1');
  await once(silentDatabase, 'listening');
  const { port } = silentDatabase.address();
  try {
    const backend = start('backend', { MONGODB_URI: `mongodb://127.0.0.1:${port}/shop` });
    const answer = fetch(`${await backend.address()}/api/ready`);
    await once(silentDatabase, 'connection');
    assert.equal(await backend.stop(), 0);
    assert.equal((await answer).status, 503);
    assert.equal(backend.log.at(-1)?.message, 'stopped');
  } finally {
    silentDatabase.close();
  }
});

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
