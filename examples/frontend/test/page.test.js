import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { withState } from '../src/page.js';

const html = await readFile(new URL('../browser/index.html', import.meta.url), 'utf8');

test('the page carries what it shows', () => {
  const state = { frontend: { version: 'v7' }, backend: { status: 'ok', version: 'v7' } };
  const [, json] = /id="state">(.*?)<\/script>/.exec(withState(html, state)) ?? [];
  assert.deepEqual(JSON.parse(json), state);
});

test('no value ends the script that carries it', () => {
  const state = {
    frontend: { version: 'v7' },
    backend: { status: 'ok' },
    products: [{ sku: 'X', name: '</script><script>alert("$&")</script>', price: 1 }],
  };
  const page = withState(html, state);
  assert.equal(page.split('</script>').length, html.split('</script>').length);
  const [, json] = /id="state">(.*?)<\/script>/.exec(page) ?? [];
  assert.deepEqual(JSON.parse(json), state);
});
