import { describe, expect, test } from '@jest/globals';
import type { LedgerEntry } from '../release/ledger.ts';
import { release } from '../release/release.test-data.ts';
import { withCause } from '../workload/change-cause.ts';
import { deployment } from '../workload/workload.test-data.ts';
import { causeOfRollback } from './put-back.ts';
import { arrearsOf, isCutOff, NO_ARREARS } from './settle-ledger.ts';

const RUN = 'https://github.com/acme/shop/actions/runs/7';

function entry(number: number): LedgerEntry {
  const workload = { kind: 'Deployment', namespace: 'shop', name: 'web' } as const;
  const { template } = deployment({ image: `shop:${number}` }).spec;
  const content = { workloads: [{ workload, template }], objects: [] };
  return { release: release(number, 'rolled-out'), content };
}

/** What is found where the image of that release runs, and the ledger has a newer one. */
function found(number: number, cause: string | undefined) {
  const entries = [entry(1), entry(2)];
  const live = withCause(deployment({ image: `shop:${number}` }), cause);
  const releases = entries.map((one) => one.release);
  return arrearsOf(releases, entries, new Map([['deployment/web', live]]));
}

describe('a rollback that was cut off', () => {
  test('is found by what runs', () => {
    const { fates, sentences } = found(1, undefined);
    expect(fates).toMatchObject([{ release: { number: 2 }, status: 'rolled-back' }]);
    expect(sentences).toHaveLength(1);
    expect(found(2, undefined)).toEqual(NO_ARREARS);
  });

  test('is of this run where the workload says so', () => {
    expect(isCutOff(found(1, causeOfRollback(1, { run: RUN })), RUN)).toBe(true);
  });

  test.each([
    ['another run has made it', causeOfRollback(1, { run: `${RUN}1` }), RUN],
    ['this run has rolled it out', `paal/k8s-rollout v1 ${RUN}`, RUN],
    ['the workload says nothing', undefined, RUN],
    ['this is no run of GitHub', causeOfRollback(1, { run: 'local' }), 'local'],
  ])('is not of this run where %s', (_, cause, run) => {
    expect(isCutOff(found(1, cause), run)).toBe(false);
  });

  test('is none where the ledger knows of it', () => {
    expect(isCutOff(found(2, causeOfRollback(2, { run: RUN })), RUN)).toBe(false);
  });
});
