import type { WorkloadKind } from '../../workload/types.ts';
import type { Observation } from '../check.ts';
import type { Elasticsearch, FoundLine } from './elasticsearch-api.ts';
import {
  type Clause,
  type ElasticsearchConfig,
  inTime,
  ofPods,
  ofWorkloads,
} from './elasticsearch-query.ts';
import { kindsOf } from './found-lines.ts';
import type { Past } from './kinds.ts';

/** Lines of before the release whose kinds are known by then. */
const LOOKED_AT = 200;
/** A release of a minute ago is compared with more than one minute; seconds. */
const LEAST_TIME = 600;

/** Who is asked about the time before the release. */
export interface PastTools {
  readonly server: Elasticsearch;
  readonly config: ElasticsearchConfig;
  readonly namespace: string;
  readonly workloads: readonly { readonly kind: WorkloadKind; readonly name: string }[];
}

/** Asks for the lines of the level. */
export type Find = (
  question: {
    readonly server: Elasticsearch;
    readonly filter: (level: Clause) => readonly Clause[];
    readonly size: number;
  },
  signal: AbortSignal,
) => Promise<{ readonly total: number; readonly lines: readonly FoundLine[] } | Observation>;

/**
 * What the pods of the workloads logged before the release, in as long a time as it is old.
 * @param age seconds since the release began
 * @returns `unknown` where there is nothing of that time; an observation where it could not be asked for
 */
export async function pastIn(
  { server, config, namespace, workloads }: PastTools,
  age: number,
  find: Find,
  signal: AbortSignal,
): Promise<Past | 'unknown' | Observation> {
  const length = Math.max(age, LEAST_TIME);
  const place = [
    inTime(config['time-field'], age + length, age),
    ...ofPods(config, namespace, ofWorkloads(config['pod-field'], workloads)),
  ];
  const any = await server.count(place, signal);
  if (any.trouble) return any.trouble;
  if (any.value === 0) return 'unknown';
  const question = { server, filter: (level: Clause) => [...place, level], size: LOOKED_AT };
  const found = await find(question, signal);
  if ('outcome' in found) return found;
  const kinds = kindsOf({ ...found, ignored: new Set() });
  return {
    minutes: length / 60,
    counts: new Map(kinds.map(({ signature, count }) => [signature, count])),
  };
}
