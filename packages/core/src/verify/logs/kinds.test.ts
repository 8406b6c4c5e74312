import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { tooMany } from './answer.ts';
import { beyondPast, type Kinds, keptPast, toKeep, totalOf, withLines } from './kinds.ts';

function kindsOf(...texts: readonly string[]): Kinds {
  return withLines(
    new Map(),
    texts.map((text) => ({ text, from: 'web of web-0' })),
  );
}

const LIMIT = { level: 'error', max: 0, compared: false } as const;
const ERROR = { level: 'error', max: 0, compared: true } as const;

describe('lines of the same kind', () => {
  test('are counted together, with the first of them as example', () => {
    const [kind, ...others] = kindsOf('ERROR order 1 failed', 'ERROR order 2 failed').values();
    expect(kind).toMatchObject({ count: 2, example: 'ERROR order 1 failed', from: 'web of web-0' });
    expect(others).toEqual([]);
  });

  test('are counted whatever their number', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (texts) => {
        expect(totalOf(kindsOf(...texts).values())).toBe(texts.length);
      }),
    );
  });

  test('are no more than fit, and all are counted', () => {
    const texts = Array.from({ length: 700 }, (_, index) => {
      return `ERROR ${index.toString(2).replaceAll('0', 'a').replaceAll('1', 'b')}`;
    });
    const kinds = kindsOf(...texts);
    expect(kinds.size).toBeLessThanOrEqual(501);
    expect(totalOf(kinds.values())).toBe(700);
  });
});

describe('too many lines', () => {
  test('name their kinds, how often, and the first of them', () => {
    const kinds = [...kindsOf('ERROR cannot pay 1', 'ERROR cannot pay 2', 'ERROR gone').values()];
    const seen = tooMany(kinds, LIMIT);
    expect(seen).toMatchObject({ outcome: 'failed', retry: false, value: '3 lines', number: 3 });
    expect(seen?.message).toBe(
      '3 lines of level error or worse, tolerated 0: 2 × ERROR cannot pay <n>, 1 × ERROR gone; ' +
        'the first: ERROR cannot pay 1, said by web of web-0',
    );
    expect(seen?.details).toEqual([
      '2 × ERROR cannot pay <n> — web of web-0: ERROR cannot pay 1',
      '1 × ERROR gone — web of web-0: ERROR gone',
    ]);
  });

  test('are those above what is tolerated', () => {
    const kinds = [...kindsOf('ERROR a', 'ERROR a').values()];
    expect(tooMany(kinds, { ...LIMIT, max: 2 })).toBeUndefined();
    expect(tooMany(kinds, { ...LIMIT, max: 1 })).toBeDefined();
  });

  test('have twenty kinds one by one at most', () => {
    const kinds = [...kindsOf(...'abcdefghijklmnopqrstuvwxyz').values()];
    expect(tooMany(kinds, LIMIT)?.details).toHaveLength(20);
    expect(tooMany(kinds, LIMIT)?.message).toContain('and 23 more kinds');
  });

  test('say so when they are compared', () => {
    expect(tooMany([...kindsOf('ERROR a').values()], ERROR)?.message).toContain(
      'new or more frequent than before the release',
    );
  });
});

describe('compared with before the release', () => {
  const past = { minutes: 10, counts: new Map([['ERROR a <n>', 20]]) };
  const repeated = (count: number): Kinds =>
    kindsOf(...Array.from({ length: count }, (_, index) => `ERROR a ${index}`));

  test.each([
    ['a new kind counts at its first line', 'ERROR b', 1],
    ['a known kind does not', 'ERROR a 1', 0],
  ])('%s', (_, text, count) => {
    const heard = { minutes: 1, pods: 1 };
    expect(beyondPast(kindsOf(text).values(), past, heard)).toHaveLength(count);
  });

  test.each([
    [30, 5, 1, 0],
    [31, 5, 1, 1],
    [3, 0.1, 1, 0],
    [4, 0.1, 1, 1],
    [9, 0.1, 3, 0],
    [10, 0.1, 3, 1],
  ])('%i lines of a known kind in %d minutes of %i pods: %i', (count, minutes, pods, beyond) => {
    expect(beyondPast(repeated(count).values(), past, { minutes, pods })).toHaveLength(beyond);
  });

  test('what was kept is read again as it was, the longest time first', () => {
    const longer = { minutes: 12, counts: new Map([['ERROR a <n>', 24]]) };
    expect(keptPast([toKeep(past), toKeep(longer)])).toEqual(longer);
    expect(keptPast(JSON.parse(JSON.stringify([toKeep(past)])))).toEqual(past);
  });

  test.each([[undefined], [[]], [['x', null, 3, [], { minutes: 'x' }]]])(
    'nothing that could be compared was kept in %j',
    (values) => {
      expect(keptPast(values)).toBeUndefined();
    },
  );
});
