import { expect, test } from '@jest/globals';
import type { AccessRule } from '../cluster/api-error.ts';
import { blinding } from './access.ts';

function pods(verb: string): AccessRule {
  return { group: '', resource: 'pods', verb };
}

test('what may be listed or watched is seen, and what may be neither is not', () => {
  expect(blinding([pods('list')])).toEqual([]);
  expect(blinding([pods('watch')])).toEqual([]);
  expect(blinding([pods('list'), pods('watch')])).toEqual([pods('list'), pods('watch')]);
});

test('that one kind may be listed makes up for no other', () => {
  const jobs: AccessRule = { group: 'batch', resource: 'jobs', verb: 'watch' };
  expect(blinding([pods('list'), jobs])).toEqual([]);
  expect(blinding([pods('list'), pods('watch'), jobs])).toEqual([pods('list'), pods('watch')]);
});
