import { describe, expect, test } from '@jest/globals';
import { readHistory } from './history.ts';

const row = (fileName: string, second: number, rest: object = {}) => ({
  _id: `id of ${fileName}`,
  fileName,
  appliedAt: new Date(second * 1_000),
  migrationBlock: 7,
  ...rest,
});
const order = (documents: readonly unknown[]) =>
  readHistory(documents).map(({ fileName }) => fileName);

describe('the changelog', () => {
  test('is read in the order of application, not of names', () => {
    expect(order([row('c', 1), row('a', 3), row('b', 2)])).toEqual(['c', 'b', 'a']);
  });

  test('what was applied in the same millisecond is in the order of names', () => {
    expect(order([row('b', 1), row('a', 1), row('c', 1)])).toEqual(['a', 'b', 'c']);
  });

  test('a file with two rows stands where it was applied last', () => {
    const history = readHistory([row('a', 1, { fileHash: 'x' }), row('b', 2), row('a', 3)]);
    expect(history.map(({ fileName, appliedAt }) => [fileName, appliedAt?.getTime()])).toEqual([
      ['b', 2_000],
      ['a', 3_000],
    ]);
  });

  test('rows of old versions without a block, and of other tools without a time, count as applied', () => {
    expect(readHistory([{ fileName: 'old', appliedAt: 'yesterday' }, row('new', 1)])).toEqual([
      { fileName: 'old', appliedAt: undefined, migrationBlock: undefined },
      { fileName: 'new', appliedAt: new Date(1_000), migrationBlock: 7 },
    ]);
  });

  test('a collection that is no changelog is refused, and its content is not shown', () => {
    const foreign = { _id: 12, customer: 'private' };
    expect(() => readHistory([foreign])).toThrow('a document without fileName, _id 12');
    expect(() => readHistory([foreign])).not.toThrow('private');
  });
});
