import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CORPUS } from './corpus.test-data.ts';
import { CORPUS_OF_DATA } from './corpus-of-data.test-data.ts';
import { findingsIn, rulesInUp } from './lint.test-data.ts';

const SOURCES = [...CORPUS, ...CORPUS_OF_DATA].map(({ source }) => source);

/** Statements on a collection of their own, and what is found in each. */
const STATEMENTS: readonly (readonly [statement: string, rules: readonly string[]])[] = [
  ['await c.drop();', ['drop-collection']],
  ['c.findOne();', ['unawaited-promise']],
  ['await c.deleteMany({});', ['unbounded-delete-many']],
  ['await c.updateMany({}, { $unset: { a: 1 } });', ['unbatched-update-many', 'remove-field']],
  ['await c.updateOne({ _id: 1 }, { $inc: { n: 1 } });', ['non-idempotent']],
  ['await c.updateMany({ a: { $exists: false } }, { $set: { a: 1 } });', []],
  ['for await (const one of c.find()) await c.deleteOne({ _id: one._id });', []],
  ['if (await c.findOne()) { await c.insertOne({ a: 1 }); }', []],
  [
    'await client.withSession((s) => s.withTransaction(() => c.insertOne({ a: 1 }, { session: s })));',
    [],
  ],
];

describe('of any source', () => {
  test('the linter gives findings with places in it, and never throws', () => {
    const cut = fc.record({
      source: fc.constantFrom(...SOURCES),
      start: fc.nat(400),
      length: fc.nat(60),
      instead: fc.constantFrom('', '(', '}', ' await ', '...', '`', ' = ', 'this.', '/*'),
    });
    fc.assert(
      fc.property(cut, ({ source, start, length, instead }) => {
        const text = source.slice(0, start) + instead + source.slice(start + length);
        const lines = text.split('\n').length;
        for (const { position } of findingsIn(text)) {
          expect(position.line).toBeGreaterThan(0);
          expect(position.line).toBeLessThanOrEqual(lines);
          expect(position.column).toBeGreaterThan(0);
        }
      }),
      { numRuns: 400 },
    );
  });

  test('what is found in a statement does not depend on those around it', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...STATEMENTS), { maxLength: 8 }), (chosen) => {
        const body = chosen.map(
          ([statement], index) => `{ const c = db.collection('c${index}'); ${statement} }`,
        );
        expect(rulesInUp(body.join('\n'))).toEqual(chosen.flatMap(([, rules]) => rules));
      }),
    );
  });
});
