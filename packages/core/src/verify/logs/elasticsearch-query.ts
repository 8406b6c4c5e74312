import type { CheckConfigs } from '../../config/check-schema.ts';
import type { Pod, WorkloadKind } from '../../workload/types.ts';
import { numberFrom, type Severity, wordsFrom } from './level.ts';

/** Where and how Elasticsearch has the logs. */
export type ElasticsearchConfig = NonNullable<CheckConfigs['logs']['elasticsearch']>;

/** A clause of Elasticsearch's query language. */
export type Clause = Readonly<Record<string, unknown>>;

/** A time in an index: its own now, less so many seconds; or a time by the cluster's clock. */
export type Since = number | string;

function timeOf(since: Since): string {
  return typeof since === 'number' ? `now-${Math.ceil(since)}s` : since;
}

function anyOf(clauses: readonly Clause[]): Clause {
  return { bool: { should: clauses, minimum_should_match: 1 } };
}

/**
 * Documents whose field is one of `values`, whole. A field of type text holds words, and by default a field
 * `.keyword` below it holds the whole; a field that is not there matches nothing, so both can be asked for.
 */
export function isOneOf(field: string, values: readonly string[]): Clause {
  return anyOf([field, `${field}.keyword`].map((name) => ({ terms: { [name]: values } })));
}

/** Documents of `level` or worse, by words, or by pino's numbers where the field is a number. */
export function hasLevel(field: string, level: Severity, numeric: boolean): Clause {
  return numeric
    ? { range: { [field]: { gte: numberFrom(level) } } }
    : isOneOf(field, wordsFrom(level));
}

/** Documents from `since` on, until before `until`. */
export function inTime(field: string, since: Since, until?: Since): Clause {
  const end = until === undefined ? {} : { lt: timeOf(until) };
  return { range: { [field]: { gte: timeOf(since), ...end } } };
}

/** Documents of one namespace and these pods, or some of their kind. */
export function ofPods(
  config: Pick<ElasticsearchConfig, 'namespace-field'>,
  namespace: string,
  pods: Clause,
): readonly Clause[] {
  return [isOneOf(config['namespace-field'], [namespace]), pods];
}

/** How the pods of a workload are called, after its name; as a regular expression of Lucene. */
const SUFFIXES: Readonly<Record<WorkloadKind, string>> = {
  Deployment: '-[a-z0-9]+-[a-z0-9]+',
  StatefulSet: '-[0-9]+',
  DaemonSet: '-[a-z0-9]+',
  CronJob: '-[0-9]+-[a-z0-9]+',
};

/** Documents of any pod of the workloads, of whatever release. */
export function ofWorkloads(
  field: string,
  workloads: readonly { readonly kind: WorkloadKind; readonly name: string }[],
): Clause {
  const patterns = workloads.map(({ kind, name }) => name.replaceAll('.', '\\.') + SUFFIXES[kind]);
  const fields = [field, `${field}.keyword`];
  return anyOf(
    patterns.flatMap((pattern) => fields.map((name) => ({ regexp: { [name]: pattern } }))),
  );
}

/** The time since when a pod has been ready, by the cluster's clock. */
export function readySince({ status }: Pod): string | undefined {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' ? ready.lastTransitionTime : undefined;
}
