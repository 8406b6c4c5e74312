import { describe, expect, test } from '@jest/globals';
import { ApiError, UnreachableError } from './api-error.ts';
import { type Attempts, nextAttempt, withAttempts } from './retry.ts';

const refused = (code: number, retryAfter?: number) =>
  new ApiError(`refused with ${code}`, code, {}, retryAfter);
const gone = new UnreachableError('no connection', 'not-sent');
const unanswered = new UnreachableError('no answer', 'unanswered');
const webhook = new ApiError(
  'failed calling webhook "a.example": no endpoints',
  500,
  {},
  undefined,
);
const LONG = { patience: 60_000 };
const attempts = (changes: Partial<Attempts> = {}): Attempts => ({
  made: 1,
  elapsed: 0,
  patience: 10_000,
  unsure: false,
  ...changes,
});

describe('the pause before the next attempt', () => {
  test.each([
    ['after a refusal is a quarter of a second', refused(503), {}, 250],
    ['is twice as long each time', refused(503), { made: 4 }, 2_000],
    ['after refusals is 5 s at most', refused(503), { made: 9, patience: 60_000 }, 5_000],
    ['without a connection is 1 s at most', gone, { made: 9 }, 1_000],
    ['does not go beyond the patience', refused(503), { made: 9, elapsed: 8_000 }, 2_000],
    ['goes on for as long as there is patience', refused(503), { elapsed: 50_000, ...LONG }, 250],
    [
      'is missing after 10 s of a webhook that fails',
      webhook,
      { elapsed: 10_000, ...LONG },
      undefined,
    ],
    ['is missing when the patience is at its end', refused(503), { elapsed: 10_000 }, undefined],
    ['is missing for a single attempt', unanswered, { patience: 0 }, undefined],
    ['is missing where waiting does not help', refused(422), {}, undefined],
    ['is there after a first attempt without an answer', unanswered, { elapsed: 15_000 }, 250],
    ['is not there after a second one', unanswered, { made: 2, elapsed: 15_000 }, undefined],
  ])('%s', (_, error, changes, expected) => {
    expect(nextAttempt(error, attempts(changes), 1)).toBe(expected);
  });

  test('is what the server asks for, and up to a tenth more', () => {
    const pauses = [0, 1].map((random) => nextAttempt(refused(429, 3_000), attempts(), random));
    expect(pauses).toEqual([3_000, 3_300]);
  });

  test('is missing where the server asks for more time than there is', () => {
    expect(nextAttempt(refused(429, 8_000), attempts({ elapsed: 3_000 }), 0)).toBeUndefined();
  });

  test('is a back-off where the server asks for no time', () => {
    expect(nextAttempt(refused(429, 0), attempts(), 1)).toBe(250);
  });
});

describe('the error after the last attempt', () => {
  const message = (error: unknown, changes: Partial<Attempts>) =>
    (withAttempts(error, attempts(changes)) as Error).message;

  test('says how often and how long it was tried', () => {
    expect(message(gone, { made: 12, elapsed: 10_400 })).toBe(
      'no connection It was tried 12 times in 10 s.',
    );
  });

  test('says what the server asked for', () => {
    expect(message(refused(429, 30_000), {})).toBe(
      'refused with 429 It asks to wait 30 s, which is longer than there is time.',
    );
  });

  test('says that a write may have taken effect', () => {
    expect(message(unanswered, { unsure: true })).toMatch('It may have taken effect all the same.');
  });

  test('is what it was where nothing was tried again', () => {
    const error = refused(422);
    expect(withAttempts(error, attempts({ made: 2 }))).toBe(error);
  });

  test('keeps code and kind', () => {
    const error = withAttempts(refused(503), attempts({ made: 3, elapsed: 1_000 }));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: 503 });
    const other = withAttempts(unanswered, attempts({ made: 3, elapsed: 1_000 }));
    expect(other).toMatchObject({ how: 'unanswered' });
  });
});
