import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderProducts, renderRelease, renderServices, splitVersion } from '../browser/render.js';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const frontend = { version: `production-${COMMIT}` };

test('a version is an environment and a short commit', () => {
  assert.deepEqual(splitVersion(frontend.version), {
    environment: 'production',
    release: '0123456',
  });
  assert.deepEqual(splitVersion('v7'), { environment: '', release: 'v7' });
});

test('the release is shown with its environment', () => {
  const html = renderRelease({ frontend, backend: { status: 'ok' } });
  assert.match(html, />production</);
  assert.match(html, /<code>0123456</);
});

test('a backend that does not answer is shown as bad', () => {
  const html = renderServices({ frontend, backend: { status: 'unreachable' } });
  assert.match(html, /class="good"><strong>Frontend/);
  assert.match(html, /class="bad"><strong>Backend<\/strong><span>unreachable/);
});

test('stock is shown where the database has it', () => {
  const product = { sku: 'LAMP-1', name: 'Head lamp', price: 3450 };
  const render = (stock) =>
    renderProducts({ frontend, backend: { status: 'ok' }, products: [{ ...product, ...stock }] });
  assert.match(render({}), /€34\.50/);
  assert.doesNotMatch(render({}), /stock/);
  assert.match(render({ stock: 3 }), /3 in stock/);
  assert.match(render({ stock: 0 }), /sold out/);
});

test('what the database holds is text, not markup', () => {
  const products = [{ sku: 'X', name: '<img src=x onerror=alert(1)>', price: 1 }];
  const html = renderProducts({ frontend, backend: { status: 'ok' }, products });
  assert.doesNotMatch(html, /<img/);
});
