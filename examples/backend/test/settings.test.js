import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSettings } from '../src/settings.js';

test('the port is 3000 unless PORT says otherwise', () => {
  const env = { MONGODB_URI: 'mongodb://localhost/shop' };
  assert.equal(readSettings(env).port, 3000);
  assert.equal(readSettings({ ...env, PORT: '8080' }).port, 8080);
});

test('a missing setting is named', () => {
  assert.throws(() => readSettings({}), /The setting MONGODB_URI is missing/);
});
