import { describe, expect, test } from '@jest/globals';
import { isPermanent, pauseBeforeRetry, retryAfterOf } from './retry.ts';

const refused = (status?: number, retryAfter?: number) => ({ status, retryAfter });

describe('what GitHub refuses', () => {
  test.each([
    ['no answer', refused(), false],
    ['a server in trouble', refused(502), false],
    ['a rate limit', refused(429), false],
    ['a rate limit that is a 403', refused(403, 1_000), false],
    ['a missing permission', refused(403), true],
    ['a repository that is not seen', refused(404), true],
    ['a commit that is not there', refused(422), true],
  ])('%s: will it be so again? %#', (_, error, expected) => {
    expect(isPermanent(error)).toBe(expected);
  });

  test.each([
    ['Retry-After', 429, { 'retry-after': '3' }, 3_000],
    ['a limit that is used up', 403, { 'x-ratelimit-remaining': '0' }, Number.POSITIVE_INFINITY],
    ['a 403 for something else', 403, { 'x-ratelimit-remaining': '12' }, undefined],
    ['a success', 200, { 'x-ratelimit-remaining': '0' }, undefined],
  ])('%s is a wait of so long', (_, status, headers, expected) => {
    expect(retryAfterOf(status, headers)).toBe(expected);
  });
});

describe('the next attempt', () => {
  test('comes after a pause that grows, and not a fifth time', () => {
    const pauses = [1, 2, 3, 4].map((made) => pauseBeforeRetry(refused(503), made, 1));
    expect(pauses).toEqual([250, 500, 1_000, undefined]);
  });

  test('comes when GitHub asks for it, unless that is long', () => {
    expect(pauseBeforeRetry(refused(429, 3_000), 1, 1)).toBe(3_000);
    expect(pauseBeforeRetry(refused(429, 60_000), 1, 1)).toBeUndefined();
  });

  test('is not made where it is refused again', () => {
    expect(pauseBeforeRetry(refused(403), 1, 1)).toBeUndefined();
  });
});
