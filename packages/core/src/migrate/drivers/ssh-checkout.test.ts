import { expect, test } from '@jest/globals';
import { DEFAULT_REQUEST, type MigrateCommand } from '../request.ts';
import type { MigrateResult } from '../result.ts';
import { behindCheckout } from './ssh-checkout.ts';

const result = {
  migrations: [{ name: 'a.js', state: 'applied' }],
} as unknown as MigrateResult;
const outcome = { result, exitCode: 0, failure: undefined };
const messageOf = (names: readonly string[], command: MigrateCommand = 'up') =>
  behindCheckout({ ...DEFAULT_REQUEST, command }, names, outcome, 'db-server').failure?.message;

test('an up on a server that lacks a migration of the checkout is a failure that names it', () => {
  expect(messageOf(['a.js', 'b.js'])).toContain(
    'db-server does not have b.js, which this checkout has in migrations',
  );
  expect(messageOf(['b', 'c', 'd', 'e', 'f', 'g', 'h'])).toContain('b, c, d, e, f and 2 more');
});

test('what the server has beside them is its own matter, as it is of a way back', () => {
  expect(messageOf(['a.js'])).toBeUndefined();
  expect(messageOf([])).toBeUndefined();
  expect(messageOf(['b.js'], 'down')).toBeUndefined();
  expect(messageOf(['b.js'], 'status')).toBeUndefined();
});
