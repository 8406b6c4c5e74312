import type { Release, ReleaseStatus } from './release.ts';

/** An entry of the ledger. */
export function release(
  number: number,
  status: ReleaseStatus,
  workloads: readonly string[] = ['deployment/web'],
  takenBack: readonly string[] = [],
): Release {
  const version = `v${number}`;
  return { app: 'shop', number, status, version, workloads, takenBack, run: '', created: '' };
}
