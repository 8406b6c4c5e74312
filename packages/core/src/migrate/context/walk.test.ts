import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Leg } from './range.ts';
import { type Found, walkPieces } from './walk.ts';

interface Numbered extends Found {
  readonly _id: number;
}

/** A collection with the ids 0 to `count` - 1, whose cursors break where `breaks` says. */
function collection(count: number, breaks: (reads: number) => boolean) {
  let reads = 0;
  const queries: Leg['condition'][] = [];
  return {
    queries,
    read: async function* (condition: Leg['condition']): AsyncGenerator<Numbered> {
      queries.push(condition);
      const { _id } = condition as { _id?: { $gt?: number; $lte?: number; $type?: unknown } };
      if (_id?.$type !== undefined) return;
      for (let id = 0; id < count; id += 1) {
        if (_id?.$gt !== undefined && id <= _id.$gt) continue;
        if (_id?.$lte !== undefined && id > _id.$lte) return;
        reads += 1;
        if (breaks(reads)) throw new Error('cursor is gone');
        yield { _id: id };
      }
    },
  };
}

async function idsOf(pieces: AsyncIterable<{ readonly documents: readonly Numbered[] }>) {
  const found: number[][] = [];
  for await (const { documents } of pieces) found.push(documents.map(({ _id }) => _id));
  return found;
}

describe('a walk', () => {
  test('gives every document once and in order, in pieces of its size, wherever cursors break', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(60),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 0, max: 40 }),
        async (count, size, distance) => {
          // A cursor that breaks sooner than it gives a piece would break for good.
          const every = distance + size + 1;
          const { read } = collection(count, (reads) => reads % every === 0);
          const walk = { key: '_id', size, after: undefined, until: undefined, read };
          const pieces = await idsOf(walkPieces({ ...walk, goesOn: () => true }));
          expect(pieces.flat()).toEqual(Array.from({ length: count }, (_, id) => id));
          expect(pieces.slice(0, -1).every((piece) => piece.length === size)).toBe(true);
        },
      ),
    );
  });

  test('begins behind the place at which it was interrupted, and ends with its bound', async () => {
    const { read, queries } = collection(10, () => false);
    const walk = { key: '_id', size: 3, after: { value: 2 }, until: { value: 7 }, read };
    expect(await idsOf(walkPieces({ ...walk, goesOn: () => true }))).toEqual([
      [3, 4, 5],
      [6, 7],
    ]);
    expect(queries).toEqual([{ _id: { $gt: 2, $lte: 7 } }]);
  });

  test('fails when nothing comes of a new query either', async () => {
    const { read, queries } = collection(10, (reads) => reads > 4);
    const walk = { key: '_id', size: 2, after: undefined, until: undefined, read };
    await expect(idsOf(walkPieces({ ...walk, goesOn: () => true }))).rejects.toThrow('is gone');
    expect(queries).toEqual([{}, { _id: { $gt: 3 } }]);
  });

  test('fails at once where it must not go on', async () => {
    const { read, queries } = collection(10, (reads) => reads > 4);
    const walk = { key: '_id', size: 2, after: undefined, until: undefined, read };
    await expect(idsOf(walkPieces({ ...walk, goesOn: () => false }))).rejects.toThrow('is gone');
    expect(queries).toHaveLength(1);
  });

  test('does without the types that the server does not know, but not without the others', async () => {
    const refusing = (refused: (types: readonly string[]) => boolean) => ({
      key: '_id',
      size: 2,
      after: { value: 'a' },
      until: undefined,
      goesOn: () => false,
      // biome-ignore lint/correctness/useYield: what a refused query gives
      read: async function* (condition: Leg['condition']): AsyncGenerator<Numbered> {
        const { $type = [] } = condition._id as { $type?: readonly string[] };
        if (refused($type)) throw Object.assign(new Error('Unknown type name alias'), { code: 2 });
      },
    });
    expect(await idsOf(walkPieces(refusing((types) => types.includes('maxKey'))))).toEqual([]);
    await expect(idsOf(walkPieces(refusing((types) => types.includes('date'))))).rejects.toThrow(
      'Unknown type name alias',
    );
  });

  test.each([
    [{ _id: 1, email: ['a', 'b'] }, 'an array'],
    [{ _id: 1 }, 'no value'],
  ])('by another field refuses %p', async (document, what) => {
    const walk = {
      key: 'email',
      size: 2,
      after: undefined,
      until: undefined,
      goesOn: () => true,
      read: async function* (): AsyncGenerator<Found> {
        yield document;
        yield { _id: 2, email: 'c' };
      },
    };
    await expect(walkPieces(walk).next()).rejects.toThrow(
      `goes by "email", but the document with _id 1 has ${what} there. Leave orderBy out`,
    );
  });
});
