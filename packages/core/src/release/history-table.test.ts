import { expect, test } from '@jest/globals';
import { historyTable } from './history-table.ts';
import type { LedgerEntry } from './ledger.ts';
import { release } from './release.test-data.ts';

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

test('of no release there is no table', () => {
  expect(historyTable([])).toBe('');
});
