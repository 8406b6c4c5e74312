import { hasCode } from '../cluster/api-error.ts';
import type { Connection, RequestOptions } from '../cluster/connection.ts';
import { type KubeObject, objectName } from '../cluster/object.ts';
import { readObjects } from '../cluster/read-objects.ts';
import { servedBefore } from '../release/history.ts';
import type { Ledger, LedgerEntry } from '../release/ledger.ts';
import type { Release } from '../release/release.ts';
import { causeOf } from '../workload/change-cause.ts';
import { templateOf, workloadResource } from '../workload/template.ts';
import type { WorkloadRef } from '../workload/types.ts';
import { isRollbackOf } from './put-back.ts';
import type { Fate } from './record.ts';
import { unrecorded, unrecordedFates, unrecordedSentences, withFates } from './unrecorded.ts';

/** Where the ledger is behind what runs. */
export interface Arrears {
  readonly fates: readonly Fate[];
  /** What is so, one sentence for each workload. */
  readonly sentences: readonly string[];
  /** What the workloads say of their last change. */
  readonly causes: readonly string[];
}

/** Where it is not, or nobody has looked. */
export const NO_ARREARS: Arrears = { fates: [], sentences: [], causes: [] };

/** Workloads as they are now, by `kind/name`. */
export type LiveWorkloads = ReadonlyMap<string, KubeObject>;

/** What the ledger has not recorded of what runs. Pure. */
export function arrearsOf(
  releases: readonly Release[],
  entries: readonly LedgerEntry[],
  live: LiveWorkloads,
): Arrears {
  const templates = [...live].flatMap(([name, object]) => {
    const template = templateOf(object);
    return template ? [[name, template] as const] : [];
  });
  const found = unrecorded(releases, entries, new Map(templates));
  return {
    fates: unrecordedFates(releases, found),
    sentences: unrecordedSentences(found),
    causes: found.flatMap(({ workload }) => causeOf(live.get(workload)) ?? []),
  };
}

/**
 * Whether it is a rollback of this run, of an attempt before, that was cut off: to run it again is to
 * finish it, and not to go back further. Pure.
 * @param run address of the run
 */
export function isCutOff({ causes }: Arrears, run: string): boolean {
  return run.includes('/') && causes.some((cause) => isRollbackOf(cause, run));
}

/** What should serve, as it is now; what is gone, or may not be read, is left out. */
async function readWorkloads(
  connection: Connection,
  workloads: readonly WorkloadRef[],
  options: RequestOptions,
): Promise<LiveWorkloads> {
  const live = new Map<string, KubeObject>();
  const groups = Map.groupBy(workloads, ({ kind, namespace }) => `${namespace} ${kind}`);
  for (const [first, ...others] of groups.values()) {
    if (!first) continue;
    const { kind, namespace } = first;
    const names = [first, ...others].map(({ name }) => name);
    try {
      const resource = workloadResource(kind);
      const objects = await readObjects(connection, resource, namespace, names, options);
      for (const [name, object] of objects) live.set(objectName(kind, name), object);
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
  const live = await readWorkloads(connection, [...workloads.values()], options);
  return arrearsOf(releases, entries, live);
}

/**
 * Records what the ledger is behind with, and gives the releases as they are then. For the holder of the
 * lease alone.
 */
export async function settleLedger(
  ledger: Ledger,
  releases: readonly Release[],
  { fates, sentences }: Pick<Arrears, 'fates' | 'sentences'>,
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
