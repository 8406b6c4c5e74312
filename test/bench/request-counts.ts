import type { RecordedRequest } from '../faults/requests.ts';
import type { Figure } from './benchmark.ts';

/** How often each kind of request was made: `patch deployments (dry run)`, `watch pods`. */
export type Counts = ReadonlyMap<string, number>;

/** A watch of which nothing has come for so long is proven by one list of names and versions. */
const SILENCE_SECONDS = 10;
/** So often the lease is renewed. */
const RENEWAL_SECONDS = 5;

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

/** What time alone brings: lists by which silent watches are proven, and renewals of the lease. */
function broughtByTime(kind: string, seconds: number, others: Counts): number {
  if (kind === 'update leases') return Math.floor(seconds / RENEWAL_SECONDS);
  const isProof = kind.startsWith('list ') && others.has(kind.replace(/^list /, 'watch '));
  return isProof ? Math.floor(seconds / SILENCE_SECONDS) : 0;
}

/** A list that takes the place of the object that is read by its name where there is but one. */
function inPlace(kind: string, one: Counts): number {
  return kind.startsWith('list ') ? (one.get(kind.replace(/^list /, 'get ')) ?? 0) : 0;
}

/**
 * The requests for many workloads, which took `seconds`, beside those for one: one open watch a kind;
 * the writes of the workloads and their dry runs once each; and of everything else, reads included, no
 * more than time brings.
 */
export function growthWithWorkloads(one: Counts, many: Counts, workloads: number, seconds: number) {
  return figures(
    `${workloads} workloads`,
    many,
    { name: '1 workload', counts: one },
    (kind, usual) =>
      growsWithWorkloads(kind)
        ? workloads * Math.max(1, usual)
        : usual + inPlace(kind, one) + broughtByTime(kind, seconds, one),
  );
}

/** The requests of a rollout that takes `seconds` beside those of a short one: no more than time brings. */
export function growthWithTime(short: Counts, long: Counts, seconds: number) {
  return figures(
    `${seconds} s`,
    long,
    { name: 'short', counts: short },
    (kind, usual) => usual + broughtByTime(kind, seconds, short),
  );
}
