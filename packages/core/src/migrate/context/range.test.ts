import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Decimal128, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'mongodb';
import { BRACKETS, bracketOf } from './bson-order.ts';
import { legs } from './range.ts';

/** Values of many types in the order of a server. */
const SORTED: readonly unknown[] = [
  new MinKey(),
  null,
  Number.NaN,
  -7,
  0.5,
  Long.fromNumber(3),
  '',
  'a',
  'b',
  Buffer.from('x'),
  new ObjectId('000000000000000000000001'),
  new ObjectId('000000000000000000000002'),
  false,
  true,
  new Date(-1),
  new Date(0),
  new Timestamp({ t: 1, i: 1 }),
  new MaxKey(),
];

type Condition = Readonly<Record<string, unknown>>;

function rank(value: unknown): number {
  return SORTED.findIndex((one) => Object.is(one, value));
}

/** What a server's comparison of one field says: only values of one type compare, and NaN with none. */
function meets(value: unknown, operator: string, operand: unknown): boolean {
  if (operator === '$type') return (operand as readonly string[]).includes(bracketOf(value));
  if (Number.isNaN(value) || bracketOf(value) !== bracketOf(operand)) return false;
  if (operand === Number.NEGATIVE_INFINITY) return true;
  if (operator === '$gt') return rank(value) > rank(operand);
  if (operator === '$lte') return rank(value) <= rank(operand);
  throw new Error(`unknown operator ${operator}`);
}

function matches(value: unknown, condition: Condition): boolean {
  return Object.entries(condition).every(([name, test]) => {
    if (name === '$or') return (test as readonly Condition[]).some((one) => matches(value, one));
    if (test === null) return value === null;
    return Object.entries(test as object).every(([operator, operand]) =>
      meets(value, operator, operand),
    );
  });
}

describe('the queries of a walk', () => {
  test.each(['_id', 'email'])(
    'by %s find all that lies between two places, once and in order, whatever its type',
    (key) => {
      const place = fc.option(fc.nat(SORTED.length - 1), { nil: undefined });
      fc.assert(
        fc.property(place, place, (after, until) => {
          const at = (index: number | undefined) =>
            index === undefined ? undefined : { value: SORTED[index] };
          const found = legs(key, at(after), at(until)).flatMap(({ condition }) =>
            SORTED.filter((value) => matches(value, condition)),
          );
          const first = after === undefined ? 0 : after + 1;
          const last = until === undefined ? SORTED.length : until + 1;
          const isNan = (value: unknown): boolean => Number.isNaN(value);
          // A bound among the numbers leaves NaN out, which is no number to compare with.
          expect(found.filter((value) => !isNan(value))).toEqual(
            SORTED.slice(first, Math.max(first, last)).filter((value) => !isNan(value)),
          );
        }),
        { numRuns: 400 },
      );
    },
  );

  test('by another field find the document that has none, which by $type is of no type', () => {
    const { condition } = legs('email', undefined, { value: 'a' })[1] ?? {};
    expect(condition).toEqual({ $or: [{ email: { $type: ['null', 'number'] } }, { email: null }] });
    expect(legs('_id', undefined, { value: 'a' })[1]?.condition).toEqual({
      _id: { $type: ['null', 'number'] },
    });
  });

  test('after NaN are those of every other number', () => {
    expect(legs('_id', { value: Number.NaN }, undefined)[0]?.condition).toEqual({
      _id: { $gte: -Infinity },
    });
  });

  test('that a server may not know are asked for by themselves', () => {
    const refusable = legs('_id', { value: 1 }, undefined).filter((one) => one.mayBeRefused);
    expect(refusable.map(({ condition }) => condition)).toEqual([
      { _id: { $type: ['dbPointer', 'javascript', 'javascriptWithScope', 'maxKey'] } },
    ]);
  });
});

describe('the type of a value', () => {
  test.each([
    [Decimal128.fromString('1.5'), 'number'],
    [5n, 'number'],
    [{ a: 1 }, 'object'],
    [[1], 'array'],
    [/x/, 'regex'],
    [undefined, 'null'],
    [{ _bsontype: 'ObjectID' }, 'objectId'],
  ])('%p is one of %s', (value, bracket) => {
    expect(bracketOf(value)).toBe(bracket);
  });

  test('stands where the server sorts it', () => {
    const ranks = SORTED.map((value) => BRACKETS.indexOf(bracketOf(value)));
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
  });
});
