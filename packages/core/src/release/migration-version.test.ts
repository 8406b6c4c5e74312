import { describe, expect, test } from '@jest/globals';
import { newestVerifiedMigration, verifiedMigration } from './migration-version.ts';
import { release } from './release.test-data.ts';
import type { ReleaseStatus } from './release.ts';

const [FIRST, SECOND] = ['20260101000000-users.js', '20260202000000-orders.js'];

function migrated(number: number, status: ReleaseStatus, migrationVersion = '') {
  return { ...release(number, status), migrationVersion };
}

describe('the migration that the newest verified release was put out with', () => {
  test('is not that of a newer one which nobody has verified, or which was taken back', () => {
    const releases = [
      migrated(1, 'verified', FIRST),
      migrated(4, 'failed', SECOND),
      migrated(3, 'rolled-back', SECOND),
      migrated(2, 'rolled-out', SECOND),
    ];
    expect(newestVerifiedMigration(releases)).toEqual({
      release: 1,
      version: 'v1',
      migrationVersion: FIRST,
    });
  });

  test('is that of the newest of several', () => {
    const releases = [migrated(1, 'verified', FIRST), migrated(2, 'verified', SECOND)];
    expect(newestVerifiedMigration(releases)).toMatchObject({ migrationVersion: SECOND });
  });

  test('is unknown where that release did not tell it, whatever an older one did', () => {
    const releases = [migrated(1, 'verified', FIRST), migrated(2, 'verified')];
    expect(newestVerifiedMigration(releases)).toMatchObject({ release: 2, migrationVersion: '' });
  });

  test('is none where none is verified', async () => {
    expect(newestVerifiedMigration([migrated(1, 'rolled-out', FIRST)])).toBeUndefined();
    expect(await verifiedMigration({ list: async () => [] })).toBeUndefined();
  });
});
