import { describe, expect, test } from '@jest/globals';
import { checkKept, checkThrottle, projectionWith, sizeOf } from './batch-input.ts';
import { walkableIndex } from './walk-index.ts';

describe('what ctx.batches is given', () => {
  test.each([0, -1, 1.5, Number.NaN, 100_001])('a size of %p is refused', (size) => {
    expect(() => sizeOf({ size })).toThrow('give a whole number from 1 to 100,000');
  });

  test('a size that is left out is 1,000', () => {
    expect(sizeOf({})).toBe(1_000);
  });

  test.each([
    [{ documentsPerSecond: 0 }, 'throttle.documentsPerSecond is 0; give a number above 0.'],
    [{ pauseMilliseconds: -1 }, 'throttle.pauseMilliseconds is -1; give a number from 0.'],
    [{ documentsPerSecond: Number.NaN }, 'throttle.documentsPerSecond is NaN'],
  ])('the throttle %p is refused', (throttle, message) => {
    expect(() => checkThrottle({ throttle })).toThrow(message);
  });

  test('the place of another walk is not gone on from', () => {
    const kept = { key: 'k', collection: 'users', orderBy: '_id', documents: 0, batches: 0 };
    expect(() => checkKept(kept, { key: 'k', collection: 'orders', orderBy: '_id' })).toThrow(
      '"k" walks orders by _id, but when it was interrupted it walked users by _id.',
    );
    expect(() => checkKept(kept, { key: 'k', collection: 'users', orderBy: '_id' })).not.toThrow();
    expect(() => checkKept(undefined, kept)).not.toThrow();
  });

  test.each([
    ['_id', { name: 1 }, { name: 1, _id: 1 }],
    ['_id', { name: 1, _id: 0 }, { name: 1, _id: 1 }],
    ['_id', { name: 0, _id: 0 }, { name: 0 }],
    ['_id', { _id: 0 }, {}],
    ['_id', { _id: 1 }, { _id: 1 }],
    ['email', { name: 1 }, { name: 1, email: 1 }],
    ['email', { name: 1, _id: 0 }, { name: 1, _id: 0, email: 1 }],
    ['email', { name: 0, email: 0 }, { name: 0 }],
    ['email', {}, {}],
  ])('by %s, the projection %p becomes %p', (key, projection, expected) => {
    expect(projectionWith(key, projection)).toEqual(expected);
  });

  test.each([
    [{ key: { email: 1 }, unique: true }, { email: 1 }],
    [{ key: { email: -1 }, unique: true }, { email: -1 }],
    [{ key: { email: 1 } }, undefined],
    [{ key: { email: 1, name: 1 }, unique: true }, undefined],
    [{ key: { email: 1 }, unique: true, sparse: true }, undefined],
    [{ key: { email: 1 }, unique: true, partialFilterExpression: {} }, undefined],
    [{ key: { email: 'hashed' }, unique: true }, undefined],
  ])('the index %p is walked as %p', (index, expected) => {
    expect(walkableIndex([{ key: { _id: 1 } }, index], 'email')).toEqual(expected);
  });
});
