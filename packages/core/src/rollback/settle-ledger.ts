import { hasCode } from '../cluster/api-error.ts';
import type { Connection, RequestOptions } from '../cluster/connection.ts';
import { objectName } from '../cluster/object.ts';
import { readObjects } from '../cluster/read-objects.ts';
import { servedBefore } from '../release/history.ts';
import type { Ledger, LedgerEntry } from '../release/ledger.ts';
import type { Release } from '../release/release.ts';
import { templateOf, workloadResource } from '../workload/template.ts';
import type { PodTemplate, WorkloadRef } from '../workload/types.ts';
import type { Fate } from './record.ts';
import {
  type LiveTemplates,
  unrecorded,
  unrecordedFates,
  unrecordedSentences,
  withFates,
} from './unrecorded.ts';

/** Where the ledger is behind what runs. */
export interface Arrears {
  readonly fates: readonly Fate[];
  /** What is so, one sentence for each workload. */
  readonly sentences: readonly string[];
}

/** Where it is not, or nobody has looked. */
export const NO_ARREARS: Arrears = { fates: [], sentences: [] };

/** What the ledger has not recorded of what runs. Pure. */
export function arrearsOf(
  releases: readonly Release[],
  entries: readonly LedgerEntry[],
  live: LiveTemplates,
): Arrears {
  const found = unrecorded(releases, entries, live);
  return { fates: unrecordedFates(releases, found), sentences: unrecordedSentences(found) };
}

/** The present templates of what should serve; what is gone, or may not be read, is left out. */
async function readTemplates(
  connection: Connection,
  workloads: readonly WorkloadRef[],
  options: RequestOptions,
): Promise<LiveTemplates> {
  const live = new Map<string, PodTemplate>();
  const groups = Map.groupBy(workloads, ({ kind, namespace }) => `${namespace} ${kind}`);
  for (const [first, ...others] of groups.values()) {
    if (!first) continue;
    const { kind, namespace } = first;
    const names = [first, ...others].map(({ name }) => name);
    try {
      const resource = workloadResource(kind);
      const objects = await readObjects(connection, resource, namespace, names, options);
      for (const [name, object] of objects) {
        const template = templateOf(object);
        if (template) live.set(objectName(kind, name), template);
      }
    } catch (error) {
      if (!hasCode(error, 403)) throw error;
    }
  }
  return live;
}

/**
 * Asks the cluster where the ledger is behind what runs.
 * @param names `kind/name` of the workloads that matter; `undefined` for all
 * @throws ApiError
 */
export async function findArrears(
  connection: Connection,
  entries: readonly LedgerEntry[],
  names: readonly string[] | undefined,
  options: RequestOptions,
): Promise<Arrears> {
  const releases = entries.map(({ release }) => release);
  const workloads = new Map<string, WorkloadRef>();
  for (const { workload } of entries.flatMap(({ content }) => content?.workloads ?? [])) {
    const name = objectName(workload.kind, workload.name);
    const matters = names?.includes(name) ?? true;
    if (matters && servedBefore(releases, name)) workloads.set(name, workload);
  }
  const live = await readTemplates(connection, [...workloads.values()], options);
  return arrearsOf(releases, entries, live);
}

/**
 * Records what the ledger is behind with, and gives the releases as they are then. For the holder of the
 * lease alone.
 */
export async function settleLedger(
  ledger: Ledger,
  releases: readonly Release[],
  { fates, sentences }: Arrears,
  onNotice: (text: string) => void,
): Promise<readonly Release[]> {
  for (const sentence of sentences) onNotice(sentence);
  const known = new Map(releases.map((release) => [release.number, release]));
  for (const { release, status, takenBack } of fates) {
    const present = known.get(release.number);
    if (present) await ledger.mark(present, status, takenBack);
  }
  return withFates(releases, fates);
}
