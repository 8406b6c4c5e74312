import type { Release, ReleaseStatus } from './release.ts';

/** An entry of the ledger. */
export function release(
  number: number,
  status: ReleaseStatus,
  workloads: readonly string[] = ['deployment/web'],
  takenBack: readonly string[] = [],
  pruned: readonly string[] = [],
): Release {
  const version = `v${number}`;
  const origin = { run: '', commit: '', actor: '', migrationVersion: '' };
  const fate = { status, takenBack, pruned };
  return { app: 'shop', number, version, workloads, ...fate, ...origin, created: '' };
}
