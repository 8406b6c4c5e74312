import type { RecordedRequest } from '../faults/requests.ts';
import type { Figure } from './benchmark.ts';

/** How often each kind of request was made: `patch deployments (dry run)`, `watch pods`. */
export type Counts = ReadonlyMap<string, number>;

/** A watch of which nothing has come for so long is proven by one list of names and versions. */
const SILENCE_SECONDS = 10;

/** What a request is counted as, in the words of RBAC. */
function countedAs({ verb, resource, path, query }: RecordedRequest): string {
  const what = resource === '' ? path : resource;
  return `${verb} ${what}${query.dryRun === undefined ? '' : ' (dry run)'}`;
}

/** Counts requests by verb and resource. */
export function countRequests(requests: readonly RecordedRequest[]): Counts {
  const counts = new Map<string, number>();
  for (const request of requests) {
    const kind = countedAs(request);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

/** The sum of all counts. */
export function total(counts: Counts): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

/** The writes of the workloads, and their dry runs: one a workload. Nothing else may grow. */
function growsWithWorkloads(kind: string): boolean {
  return /^patch deployments( \(dry run\))?$/.test(kind);
}

function figures(
  name: string,
  counts: Counts,
  beside: { readonly name: string; readonly counts: Counts },
  budgetOf: (kind: string, usual: number) => number,
): readonly Figure[] {
  return [...new Set([...counts.keys(), ...beside.counts.keys()])].sort().map((kind) => {
    const usual = beside.counts.get(kind) ?? 0;
    return {
      what: `${name}: ${kind}`,
      value: counts.get(kind) ?? 0,
      unit: 'requests',
      budget: kind.startsWith('watch ') ? 1 : budgetOf(kind, usual),
      beside: [{ name: beside.name, value: usual }],
    };
  });
}

/**
 * The requests for many workloads beside those for one: one open watch a kind; the writes of the
 * workloads and their dry runs once each; and of everything else, reads included, no more.
 */
export function growthWithWorkloads(one: Counts, many: Counts, workloads: number) {
  return figures(
    `${workloads} workloads`,
    many,
    { name: '1 workload', counts: one },
    (kind, usual) => (growsWithWorkloads(kind) ? workloads * Math.max(1, usual) : usual),
  );
}

/**
 * The requests of a rollout that takes `seconds` beside those of a short one: nothing more, but the
 * lists by which silent watches are proven.
 */
export function growthWithTime(short: Counts, long: Counts, seconds: number) {
  const lists = Math.floor(seconds / SILENCE_SECONDS);
  const isProof = (kind: string): boolean => short.has(kind.replace(/^list /, 'watch '));
  return figures(`${seconds} s`, long, { name: 'short', counts: short }, (kind, usual) =>
    kind.startsWith('list ') && isProof(kind) ? usual + lists : usual,
  );
}
