import { expect, test } from '@jest/globals';
import { historyTable } from './history-table.ts';
import type { LedgerEntry } from './ledger.ts';
import { release } from './release.test-data.ts';
import type { ReleaseWorkload } from './release.ts';

function entry(number: number, status: 'verified' | 'failed', image: string): LedgerEntry {
  const containers = [{ name: 'web', image }];
  const workload = { kind: 'Deployment', namespace: 'shop', name: 'web' } as const;
  return {
    release: {
      ...release(number, status),
      commit: '0123456789abcdef0123456789abcdef01234567',
      run: 'https://github.com/acme/shop/actions/runs/7',
      created: '2026-01-02T03:04:05Z',
    },
    content: { workloads: [{ workload, template: { spec: { containers } } }], objects: [] },
  };
}

test('releases are a table with the newest first, and a digest in short', () => {
  const digest = 'a'.repeat(64);
  const entries = [entry(9, 'verified', 'shop:9'), entry(10, 'failed', `shop@sha256:${digest}`)];
  expect(historyTable(entries).split('\n')).toEqual([
    'RELEASE   STATUS     VERSION   IMAGES                     COMMIT         RUN                                           CREATED',
    '10        failed     v10       shop@sha256:aaaaaaaaaaaa   0123456789ab   https://github.com/acme/shop/actions/runs/7   2026-01-02T03:04:05Z',
    '9         verified   v9        shop:9                     0123456789ab   https://github.com/acme/shop/actions/runs/7   2026-01-02T03:04:05Z',
  ]);
});

test('what is not known, or cannot be read, is a dash', () => {
  const [row] = historyTable([{ release: release(1, 'adopted'), content: undefined }])
    .split('\n')
    .slice(1);
  expect(row?.split(/\s+/)).toEqual(['1', 'adopted', 'v1', '-', '-', '-', '-']);
});

test('the migration of a release is told, where any release has one', () => {
  const { release: second, content } = entry(2, 'verified', 'shop:2');
  const migrated = { ...second, migrationVersion: '20260101000000-users.js' };
  const [titles, ...rows] = historyTable([
    entry(1, 'verified', 'shop:1'),
    { release: migrated, content },
  ]).split('\n');
  expect(titles).toMatch(/^RELEASE +STATUS +VERSION +MIGRATION +IMAGES /);
  expect(rows).toMatchObject([
    expect.stringMatching(/^2 +verified +v2 +20260101000000-users\.js +shop:2 /),
    expect.stringMatching(/^1 +verified +v1 +- +shop:1 /),
  ]);
});

test('what was found is told with how available it was', () => {
  const [first] = entry(0, 'verified', 'shop:0').content?.workloads ?? [];
  const found = (name: string, available: number): ReleaseWorkload[] => {
    const availability = { desired: 3, updated: 3, ready: 3, available, full: available === 3 };
    return first ? [{ ...first, workload: { ...first.workload, name }, availability }] : [];
  };
  const table = (workloads: readonly ReleaseWorkload[]): string =>
    historyTable([
      { release: release(0, 'adopted'), content: { workloads, objects: [] } },
      entry(1, 'verified', 'shop:1'),
    ]);
  expect(table(found('web', 1)).split('\n')).toMatchObject([
    expect.stringMatching(/^RELEASE +STATUS +VERSION +AVAILABLE +IMAGES /),
    expect.stringMatching(/^1 +verified +v1 +- +shop:1 /),
    expect.stringMatching(/^0 +adopted +v0 +1\/3 +shop:0 /),
  ]);
  expect(table([...found('web', 3), ...found('api', 0)])).toContain(
    ' deployment/web=3/3,deployment/api=0/3 ',
  );
});

test('of no release there is no table', () => {
  expect(historyTable([])).toBe('');
});
