import { expect, test } from '@jest/globals';
import type { LedgerEntry } from '../release/ledger.ts';
import { release } from '../release/release.test-data.ts';
import { deployment, replicaSet } from '../workload/workload.test-data.ts';
import { releaseOfRevision } from './revision.ts';

const WEB = { kind: 'Deployment', name: 'web' } as const;

function entry(number: number, image: string, name = 'web'): LedgerEntry {
  const workload = { ...WEB, namespace: 'shop', name };
  const { template } = deployment({ image }).spec;
  const content = { workloads: [{ workload, template }], objects: [] };
  return { release: release(number, 'rolled-out'), content };
}

test('a revision is of the newest release that put out its template', () => {
  const entries = [
    entry(1, 'shop:1'),
    entry(3, 'shop:1'),
    entry(2, 'shop:2'),
    entry(4, 'shop:1', 'api'),
    { ...entry(5, 'shop:1'), content: undefined },
  ];
  const { template } = replicaSet(deployment({ image: 'shop:1' })).spec;
  expect(releaseOfRevision(entries, WEB, { template })?.number).toBe(3);
  const other = replicaSet(deployment({ image: 'shop:9' })).spec.template;
  expect(releaseOfRevision(entries, WEB, { template: other })).toBeUndefined();
});
