import { expect, test } from '@jest/globals';
import { shownVersion } from './version.ts';

test.each([
  ['0123456789abcdef0123456789abcdef01234567', '0123456'],
  ['v1.2.3', 'v1.2.3'],
  ['0123456789abcdef0123456789abcdef0123456', '0123456789abcdef0123456789abcdef0123456'],
  ['release-0123456789abcdef0123456789abcdef01234567', undefined],
  ['', ''],
])('the version "%s" is shown as "%s"', (version, shown = version) => {
  expect(shownVersion(version)).toBe(shown);
});
