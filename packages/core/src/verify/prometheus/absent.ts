import type { Observation } from '../check.ts';
import type { Prometheus } from './api.ts';
import { withLabels } from './labels.ts';
import { metricsOf, nodesNamed, readPromQl } from './promql.ts';
import { seriesOf } from './result.ts';
import { type AskedMetrics, remarksOnAbsent } from './rules.ts';
import type { AskedRule } from './truth.ts';

/** The metrics that `rules` ask for, without those of rules that are about their absence. */
export function askedMetrics(rules: readonly AskedRule[]): AskedMetrics {
  const asked = new Map<string, readonly string[]>();
  for (const { name, expression } of rules) {
    const query = readPromQl(expression);
    if (!query || nodesNamed(query.root, 'Absent', 'AbsentOverTime', 'Or').length > 0) continue;
    for (const metric of metricsOf(query)) {
      asked.set(metric, [...new Set([...(asked.get(metric) ?? []), name])]);
    }
  }
  return asked;
}

/**
 * Says which of the series that `rules` ask for the server does not have; nothing where it does not tell.
 * @param labels that every selector gets
 * @param recorded series that the rule file records
 */
export async function absentSeries(
  prometheus: Prometheus,
  rules: readonly AskedRule[],
  {
    labels,
    recorded,
  }: { readonly labels: Readonly<Record<string, string>>; readonly recorded: readonly string[] },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const asked = askedMetrics(rules);
  if (asked.size === 0) return [];
  const selector = withLabels(`{__name__=~"${[...asked.keys()].join('|')}"}`, labels);
  const answer = await prometheus.query(`group by (__name__) (${selector})`, signal);
  if (answer.trouble) return [];
  const series: readonly { labels: Readonly<Record<string, string>> }[] | Observation = seriesOf(
    answer.found,
    false,
  );
  if (!('length' in series)) return [];
  const present = new Set(series.map(({ labels: { __name__ = '' } }) => __name__));
  return remarksOnAbsent(asked, present, recorded);
}
