import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { CORPUS, type Specimen } from './corpus.test-data.ts';
import { CORPUS_OF_DATA } from './corpus-of-data.test-data.ts';
import { findingsIn } from './lint.test-data.ts';

const EXAMPLES = join(import.meta.dirname, '../../../../../examples/migrations');
const all: readonly Specimen[] = [...CORPUS, ...CORPUS_OF_DATA];

describe('migrations as they are usually written', () => {
  test('are fifteen', () => {
    expect(all).toHaveLength(15);
  });

  test.each(all.map((one) => [one.title, one] as const))(
    '%s: exactly what is expected is found',
    (_, { name = '20260101000000-test.js', source, found }) => {
      const findings = findingsIn(source, { name });
      expect(findings.map(({ rule, position }) => `${position.line} ${rule}`)).toEqual(found);
    },
  );

  test.each(['20261102090000-create-products.js', '20261109090000-add-stock.js'])(
    'the example %s is clean',
    async (name) => {
      expect(findingsIn(await readFile(join(EXAMPLES, name), 'utf8'), { name })).toEqual([]);
    },
  );
});
