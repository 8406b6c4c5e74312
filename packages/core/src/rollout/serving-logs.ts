import type { Clock } from '../clock.ts';
import { readObject } from '../cluster/apply.ts';
import type { Connection } from '../cluster/connection.ts';
import { readLog } from '../cluster/logs.ts';
import { collectionPath, type KubeObject, RESOURCES } from '../cluster/object.ts';
import type { Evidence } from '../report/finding.ts';
import { workloadResource } from '../workload/template.ts';
import type { Pod, WorkloadRef } from '../workload/types.ts';

/** A rollback waits for it, and must not for longer; milliseconds. */
const MOST_TIME = 3_000;
const LOG_LINES = 25;
const MOST_PODS = 3;

function isLeaving({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** The containers of the youngest pods whose last words are worth keeping. Pure. */
export function containersToHear(
  pods: readonly Pod[],
): readonly { readonly pod: string; readonly container: string }[] {
  const born = ({ metadata }: Pod): string => metadata.creationTimestamp ?? '';
  return pods
    .filter((pod) => !isLeaving(pod))
    .sort((a, b) => (born(a) < born(b) ? 1 : -1))
    .slice(0, MOST_PODS)
    .flatMap(({ metadata, status }) =>
      (status?.containerStatuses ?? []).map(({ name }) => ({
        pod: metadata.name,
        container: name,
      })),
    );
}

interface Selecting {
  readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
}

async function podsOf(
  connection: Connection,
  { kind, namespace, name }: WorkloadRef,
  signal: AbortSignal,
): Promise<readonly Pod[]> {
  const options = { signal, patience: 0 };
  const live = await readObject(connection, workloadResource(kind), namespace, name, options);
  const labels = Object.entries((live?.spec as Selecting | undefined)?.selector?.matchLabels ?? {});
  if (labels.length === 0) return [];
  const answer = await connection.request<{ readonly items: readonly KubeObject[] | null }>(
    {
      method: 'GET',
      path: collectionPath(RESOURCES.pods, namespace),
      query: { labelSelector: labels.map((label) => label.join('=')).join(',') },
      purpose: `list the pods of ${name} in namespace ${namespace}`,
    },
    options,
  );
  return (answer.items ?? []) as readonly Pod[];
}

/**
 * The last lines of workloads that are about to be taken back, since their pods go. Never fails, and
 * takes 3 s at most: what cannot be had by then is left out.
 */
export async function collectServingLogs(
  connection: Connection,
  workloads: readonly WorkloadRef[],
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  const limit = new AbortController();
  const timer = clock.sleep(MOST_TIME, limit.signal).then(
    () => limit.abort(),
    () => undefined,
  );
  const within = AbortSignal.any([signal, limit.signal]);
  const hear = async (workload: WorkloadRef): Promise<readonly Evidence[]> => {
    const { namespace } = workload;
    const found = containersToHear(await podsOf(connection, workload, within));
    const logs = await Promise.allSettled(
      found.map(async ({ pod, container }) => {
        const request = { namespace, pod, container, previous: false, lines: LOG_LINES };
        const lines = await readLog(connection, request, within);
        return { title: `Last lines of ${container} in ${pod}`, lines };
      }),
    );
    return logs.flatMap((log) =>
      log.status === 'fulfilled' && log.value.lines.length > 0 ? [log.value] : [],
    );
  };
  const all = await Promise.allSettled(workloads.map(hear));
  limit.abort();
  await timer;
  return all.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
}
