import { describe, expect, test } from '@jest/globals';
import { duplicateStages } from './index-notes.ts';

describe('the look for duplicates before a unique index', () => {
  test('takes a field as $group does, for which a missing one is null as for the index', () => {
    expect(duplicateStages({ key: { email: 1 } })[0]).toEqual({
      $group: { _id: '$email', documents: { $sum: 1 } },
    });
  });

  test('takes the fields of a compound index together', () => {
    expect(duplicateStages({ key: { shop: 1, 'item.sku': -1 } })[0]).toEqual({
      $group: { _id: { k0: '$shop', k1: '$item.sku' }, documents: { $sum: 1 } },
    });
  });

  test('leaves out what a sparse or partial index does not hold', () => {
    const specification = {
      key: { email: 1 },
      sparse: true,
      partialFilterExpression: { active: true },
    };
    expect(duplicateStages(specification).slice(0, 2)).toEqual([
      { $match: { $or: [{ email: { $exists: true } }] } },
      { $match: { active: true } },
    ]);
  });
});
