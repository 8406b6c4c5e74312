import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { signatureOf } from './signature.ts';

test.each([
  ['numbers', 'ERROR order 12 failed after 3.5 s', 'ERROR order 99123 failed after 12 s'],
  ['times', '2024-01-02T03:04:05.123Z ERROR failed', '2025-11-12T13:14:15.9+01:00 ERROR failed'],
  ['times with a comma', '2024-01-02 03:04:05,123 ERROR x', '2024-02-12 13:04:05,9 ERROR x'],
  [
    'UUIDs',
    'user 6f1c2b1e-0d7f-4f0e-9c52-0f2f6a1b2c3d is gone',
    'user 00000000-0000-4000-8000-000000000000 is gone',
  ],
  ['addresses', 'connect to 10.0.0.1:5432 failed', 'connect to 192.168.12.250:27017 failed'],
  ['IPv6', 'connect to [fd00::1]:5432 failed', 'connect to [2001:db8:0:1::12]:80 failed'],
  ['quoted text', 'column "a" of \'b\' is missing', 'column "x y" of \'\' is missing'],
  [
    'paths with ids',
    'GET /orders/12/items/af00beef12 failed',
    'GET /orders/7/items/0011223344 failed',
  ],
  ['addresses in memory', 'segfault at 0x7ffd12', 'segfault at 0xdeadbeef'],
  ['queries', 'GET /a?b=1&c=x failed', 'GET /a?z=9 failed'],
  ['pods', 'peer web-7d9f8b6c5-x2x4z is gone', 'peer web-5c6b8f9d7-abcde is gone'],
  ['tokens', 'session Zk3jd9fK2mQ8sL1x ended', 'session aB3dE6gH9jK2mN5p8 ended'],
  ['mails', 'no mail to a.b@acme.example', 'no mail to x@shop.example'],
  [
    'all but the message of JSON',
    '{"level":50,"time":1,"pid":1,"msg":"cannot pay 12"}',
    '{"level":50,"time":2,"pid":7,"msg":"cannot pay 7","order":9}',
  ],
])('%s do not make another kind of error', (_, one, other) => {
  expect(signatureOf(one)).toBe(signatureOf(other));
});

test.each([
  ['ERROR cannot pay', 'ERROR cannot ship'],
  ["can't open, won't close", "can't read, won't close"],
  ['GET /orders failed', 'GET /items failed'],
  ['ERROR a', 'WARN a'],
  ['{"msg":"cannot pay"}', '{"msg":"cannot ship"}'],
])('%s and %s are two kinds', (one, other) => {
  expect(signatureOf(one)).not.toBe(signatureOf(other));
});

test('a signature is one line that can be read', () => {
  const line = '2024-01-02 03:04:05 ERROR order 12 of "Ann"\tfailed at 10.0.0.1';
  expect(signatureOf(line)).toBe('<time> ERROR order <n> of <text> failed at <ip>');
});

test('any two numbers give the same kind, and no line takes long', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (a, b) => {
      expect(signatureOf(`order ${a} failed`)).toBe(signatureOf(`order ${b} failed`));
    }),
  );
  const pieces = ['"', "'", 'a', '0', ':', '.', '-', '?', '\\', 'f0', '1.', '@', '{"msg":"', 'z9'];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 3 }), (parts) => {
      const begin = performance.now();
      signatureOf(parts.join('').repeat(3_000));
      expect(performance.now() - begin).toBeLessThan(300);
    }),
    { numRuns: 200 },
  );
});
