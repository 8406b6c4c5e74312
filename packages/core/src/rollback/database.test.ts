import { describe, expect, test } from '@jest/globals';
import { release } from '../release/release.test-data.ts';
import { databaseSentence } from './database.ts';

const [FIRST, SECOND] = ['20260101000000-users.js', '20260202000000-orders.js'];
const WEB = 'deployment/web';

/** What is said of going back from a release with one migration to a release with another. */
function said(left: string, reached: string, staying: readonly string[] = []) {
  const before = { ...release(1, 'verified'), migrationVersion: reached };
  const now = { ...release(2, 'rolled-out', [WEB, ...staying]), migrationVersion: left };
  return databaseSentence(now, { release: before, sources: new Map([[WEB, before]]) });
}

describe('a database that is ahead of the release that is back', () => {
  test('is named with what takes it back', () => {
    expect(said(SECOND, FIRST)).toBe(
      `The database stands at migration ${SECOND}, and release 1 was put out with ${FIRST}: the database is not taken back; paal/migrate with command: down, to: ${FIRST} does.`,
    );
  });

  test('is still needed by what stays at the release that is left', () => {
    expect(said(SECOND, FIRST, ['deployment/api'])).toMatch(
      / does, once deployment\/api can do without what it takes away\.$/,
    );
  });

  test.each([
    ['it stands where it stood', FIRST, FIRST],
    ['it was behind', FIRST, SECOND],
    ['the release that is back did not tell', SECOND, ''],
    ['the release that is left did not tell', '', FIRST],
  ])('is none when %s', (_, left, reached) => {
    expect(said(left, reached)).toBeUndefined();
  });

  test('is not known where it is not known what is left', () => {
    const before = { ...release(1, 'verified'), migrationVersion: FIRST };
    expect(databaseSentence(undefined, { release: before, sources: new Map() })).toBeUndefined();
  });
});
