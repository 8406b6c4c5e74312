import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { start, startBoth } from './service.js';

/** What the frontend says of itself and its backend; it is asked again when the backend was too slow. */
async function statusOf(frontend) {
  for (;;) {
    const status = await (await fetch(`${frontend}/api/status`)).json();
    if (status.backend.status !== 'unreachable') return status;
  }
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
  const [backendReady, frontendReady, products] = await Promise.all([
    fetch(`${backend}/api/ready`),
    fetch(`${frontend}/api/ready`),
    fetch(`${frontend}/api/products`),
  ]);
  assert.deepEqual([backendReady.status, frontendReady.status, products.status], [503, 200, 502]);
  assert.deepEqual(await statusOf(frontend), {
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
  // Each by itself: a frontend on a busy machine gives up before its backend has an answer.
  for (const address of [backend, frontend]) {
    await fetch(`${address}/api/products`);
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
