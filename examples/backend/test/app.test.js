import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { pino } from 'pino';
import { createApp } from '../src/app.js';

const closing = [];
after(() => {
  for (const server of closing) server.close();
});

/** @param {Partial<import('../src/database.js').Database>} database */
async function start(database) {
  const app = createApp({ version: 'v7', database, log: pino({ level: 'silent' }) });
  const server = app.listen(0);
  closing.push(server);
  await once(server, 'listening');
  return (path) => fetch(`http://127.0.0.1:${server.address().port}${path}`);
}

const refuse = () => Promise.reject(new Error('connection refused'));

test('it is alive, and says which version it is, without asking the database', async () => {
  const get = await start({ ping: refuse });
  const { status, version } = await (await get('/api/health')).json();
  assert.deepEqual({ status, version }, { status: 'ok', version: 'v7' });
});

test('it is ready as long as the database answers', async () => {
  const database = { ping: refuse };
  const get = await start(database);
  assert.equal((await get('/api/ready')).status, 503);
  database.ping = () => Promise.resolve();
  assert.equal((await get('/api/ready')).status, 200);
});

test('products come as the database has them', async () => {
  const product = { sku: 'LAMP-1', name: 'Head lamp', price: 3450 };
  const get = await start({ products: () => Promise.resolve([product]) });
  assert.deepEqual(await (await get('/api/products')).json(), { products: [product] });
});

test("users' requests are counted by status, and probes are not", async () => {
  const get = await start({ products: refuse, ping: refuse });
  await get('/api/products');
  await get('/no/such/thing');
  await get('/api/ready');
  const metrics = await (await get('/metrics')).text();
  assert.match(
    metrics,
    /http_requests_total\{method="GET",route="\/api\/products",status="500"\} 1/,
  );
  assert.match(metrics, /http_requests_total\{method="GET",route="unmatched",status="404"\} 1/);
  assert.match(metrics, /http_request_duration_seconds_bucket\{le="2",method="GET"/);
  assert.doesNotMatch(metrics, /route="\/api\/ready"/);
});
