import { describe, expect, test } from '@jest/globals';
import { ApiError, UnreachableError } from './api-error.ts';
import { isFinal, lacksInitialEvents, reopening, type WatchEnd } from './reopening.ts';

const refused = (code: number, retryAfter?: number) =>
  new ApiError(`refused with ${code}`, code, {}, retryAfter);
const failed = (error: unknown): WatchEnd => ({ how: 'failed', error });
const regular: WatchEnd = { how: 'regular' };
const reset = failed(new UnreachableError('reset', 'broken'));

describe('a watch is opened again', () => {
  test.each([
    ['at once when its time was up', regular, 3, 240_000, { pause: 0, failures: 0 }],
    ['after a pause when it was closed at once', regular, 0, 10, { pause: 250, failures: 1 }],
    ['1 s later at most when it is always closed at once', regular, 9, 10, { pause: 1_000 }],
    ['soon after a break', reset, 0, 60_000, { pause: 250, failures: 1 }],
    ['soon, when the one before has lasted', reset, 7, 5_000, { pause: 250, failures: 1 }],
    ['later after each failure', reset, 1, 0, { pause: 500, failures: 2 }],
    ['1 s later at most without a connection', reset, 20, 0, { pause: 1_000 }],
    ['5 s later at most when it is refused', failed(refused(503)), 20, 0, { pause: 5_000 }],
    ['when the server asks for it', failed(refused(429, 7_000)), 0, 0, { pause: 7_700 }],
    ['at once when the history has expired', failed(refused(410)), 0, 0, { pause: 0 }],
    ['later when it expires every time', failed(refused(410)), 3, 0, { pause: 1_000 }],
    ['later when the token is refused', failed(refused(401)), 20, 0, { pause: 5_000 }],
  ])('%s', (_, end, failures, openFor, expected) => {
    expect(reopening(end, failures, openFor, 1)).toMatchObject(expected);
  });
});

test.each([
  [400, true],
  [403, true],
  [404, true],
  [401, false],
  [410, false],
  [429, false],
  [503, false],
])('a watch that is refused with %i from the start is given up: %s', (code, expected) => {
  expect(isFinal(refused(code))).toBe(expected);
});

test('a server that cannot start with the list says so by a 400 or a 422', () => {
  expect([400, 422, 500].map((code) => lacksInitialEvents(refused(code)))).toEqual([
    true,
    true,
    false,
  ]);
});
