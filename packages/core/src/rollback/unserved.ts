import { readObject } from '../cluster/apply.ts';
import type { Connection, RequestOptions } from '../cluster/connection.ts';
import { objectName } from '../cluster/object.ts';
import { currentRelease, isGood, newestFirst } from '../release/history.ts';
import type { LedgerEntry } from '../release/ledger.ts';
import type { Release } from '../release/release.ts';
import { sameTemplate } from '../workload/deployment.ts';
import { templateOf, workloadResource } from '../workload/template.ts';

/**
 * The releases that may run although they never served, the newest first: they were begun after the
 * newest that served, and were interrupted, or failed and were left as they were. Pure.
 * @param workloads `kind/name` of those that matter; `undefined` for all
 */
export function mayRunUnserved(
  releases: readonly Release[],
  workloads: readonly string[] | undefined,
): readonly Release[] {
  const served = currentRelease(releases)?.number ?? -1;
  return newestFirst(releases).filter(
    (release) =>
      release.number > served &&
      !isGood(release) &&
      release.status !== 'rolled-back' &&
      release.workloads.some((one) => workloads?.includes(one) ?? true),
  );
}

/**
 * The release that runs, in part at least, although it never served. Only the cluster knows: a run that
 * was killed cannot have said how far it came, and a release that failed may have been taken back.
 * @param entries what `releases` hold
 * @param workloads `kind/name` of those that matter; `undefined` for all
 */
export async function unservedRelease(
  connection: Connection,
  entries: readonly LedgerEntry[],
  releases: readonly Release[],
  workloads: readonly string[] | undefined,
  options: RequestOptions,
): Promise<Release | undefined> {
  for (const release of mayRunUnserved(releases, workloads)) {
    const entry = entries.find((one) => one.release.number === release.number);
    for (const { workload, template } of entry?.content?.workloads ?? []) {
      const { kind, namespace, name } = workload;
      if (workloads && !workloads.includes(objectName(kind, name))) continue;
      const live = await readObject(connection, workloadResource(kind), namespace, name, options);
      const running = live && templateOf(live);
      if (running && sameTemplate(running, template)) return release;
    }
  }
  return undefined;
}
