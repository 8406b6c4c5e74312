import { expect, test } from '@jest/globals';
import { deployment, replicaSet } from '../workload.test-data.ts';
import { withMeta } from './kinds.test-data.ts';
import { controlledBy } from './owned.ts';

const owner = deployment();
const mine = replicaSet(owner);

test("what has an owner as its controller is that owner's", () => {
  const other = replicaSet(deployment({ uid: 'other' }), undefined, 'rs-2');
  expect(controlledBy(owner, [mine, other])).toEqual([mine]);
});

test('what is merely owned is controlled by somebody else', () => {
  const references = (mine.metadata.ownerReferences ?? []).map(
    ({ controller: _, ...rest }) => rest,
  );
  expect(controlledBy(owner, [withMeta(mine, { ownerReferences: references })])).toEqual([]);
});

test('an owner that was made anew under its old name controls nothing of before', () => {
  expect(controlledBy(deployment({ uid: 'anew' }), [mine])).toEqual([]);
});

test('a later list is looked through anew', () => {
  expect(controlledBy(owner, [])).toEqual([]);
  expect(controlledBy(owner, [mine])).toEqual([mine]);
});
