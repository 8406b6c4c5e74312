import { expect, test } from '@jest/globals';
import { driftSentence } from './drift.ts';

test('what a rollback does not bring back is named, with the release since which it is another', () => {
  expect(driftSentence({ name: 'Secret db', change: 'changed' }, 3)).toBe(
    'Secret db has changed since release 3 served; a rollback does not bring it back.',
  );
  expect(driftSentence({ name: 'ConfigMap settings', change: 'gone' }, 3)).toBe(
    'ConfigMap settings is gone since release 3 served; a rollback does not bring it back.',
  );
});
