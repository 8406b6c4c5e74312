import type { CheckConfigs } from '../../config/check-schema.ts';
import { UserError } from '../../errors.ts';
import type { Observation } from '../check.ts';
import type { QueryAnswer } from './answers.ts';
import type { Answer, Prometheus } from './api.ts';
import type { Proportion } from './proportions.ts';
import type { Counts } from './ratio.ts';
import { oneNumber } from './result.ts';

/** The number of an answer; 0 for an empty one, since what was never counted did not happen. */
function counted(answer: Answer<QueryAnswer>): number | undefined {
  if (answer.trouble || answer.found.status === 'error') return undefined;
  const { data } = answer.found;
  if (data.resultType === 'vector' && data.result.length === 0) return 0;
  return oneNumber(answer.found);
}

/** How many events `query` counts at `time`; `undefined` where it does not tell. */
export async function countEvents(
  prometheus: Prometheus,
  query: string,
  signal: AbortSignal,
  time?: number,
): Promise<number | undefined> {
  return counted(await prometheus.query(query, signal, time));
}

/** Of how many events a ratio is at `time`; `undefined` where that is not known. */
export async function countBoth(
  prometheus: Prometheus,
  counts: Counts | undefined,
  signal: AbortSignal,
  time?: number,
): Promise<Proportion | undefined> {
  if (!counts) return undefined;
  const [hits, total] = await Promise.all([
    countEvents(prometheus, counts.hits, signal, time),
    countEvents(prometheus, counts.total, signal, time),
  ]);
  return hits === undefined || total === undefined ? undefined : { hits, total };
}

/**
 * Refuses what cannot be counted.
 * @param requests the query that counts; `undefined` where neither the check nor its query tells one
 * @throws UserError, in which `what` is the subject
 */
export function checkCountable(
  config: CheckConfigs['prometheus'],
  requests: string | undefined,
  what: string,
): void {
  if (config['min-requests'] === undefined || requests !== undefined) return;
  throw new UserError(
    `${what} has min-requests, and its query does not tell how many requests there are, since it is no ` +
      'ratio whose divisor is a sum of rates: set "requests" to a query that counts them, such as ' +
      'sum(increase(http_requests_total[5m])).',
  );
}

/** What few requests make of an answer; `undefined` for enough. */
export function judgeRequests(
  seen: Observation,
  requests: number,
  least: number,
): Observation | undefined {
  if (requests >= least) return undefined;
  return {
    ...seen,
    outcome: 'inconclusive',
    retry: true,
    message:
      `only ${Math.floor(requests)} requests were counted, fewer than ` +
      `min-requests (${least}), so that the value ${seen.value} says nothing`,
    hint: 'Wait for more traffic with a longer duration, send some with a smoke check, or set min-requests lower.',
  };
}
