import { expect, test } from '@jest/globals';
import { release } from '../release/release.test-data.ts';
import { headOf, noteOf } from './note.ts';

const back = release(1, 'verified');
const target = { release: back, sources: new Map([['deployment/web', back]]), left: [] };
const DONE = { target, status: 'succeeded', message: '', configMaps: [] } as const;

test('a rollback is told with what went back, and what could not', () => {
  expect(noteOf(DONE)).toBe('Rolled back to release 1 (v1); it serves.');
  const left = { ...target, left: ['deployment/new'] };
  expect(noteOf({ ...DONE, target: left, configMaps: ['settings'] })).toBe(
    'Rolled back to release 1 (v1), with ConfigMap settings; it serves. deployment/new did not serve before, and was left as it is.',
  );
});

test('a rollback that was not watched to its end does not claim to serve', () => {
  const message = 'The run was cancelled before it was known whether it serves again.';
  const note = noteOf({ ...DONE, status: 'cancelled', message });
  expect(note).toBe(`Put back to release 1 (v1). ${message}`);
});

test('a rollback that failed says why', () => {
  expect(noteOf({ ...DONE, status: 'failed', message: 'the image is gone' })).toBe(
    'The rollback to release 1 (v1) failed: the image is gone',
  );
});

test.each([
  ['succeeded', 'Back at release 1', 'good', 'It serves again.'],
  ['failed', 'The rollback to release 1 failed', 'bad', 'why'],
  ['cancelled', 'The rollback to release 1 was cancelled', 'open', 'why'],
] as const)(
  'the summary of a rollback that %s begins with that',
  (status, title, outcome, verdict) => {
    expect(headOf({ status, message: 'why' }, 'release 1')).toEqual({ title, outcome, verdict });
  },
);
