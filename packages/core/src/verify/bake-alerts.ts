import { openPrometheus } from './prometheus/api.ts';
import type { AlertRule } from './prometheus/rule.ts';

/** The Prometheus that evaluates the rules of alerts. */
export interface RuleServer {
  /** Its address. */
  readonly prometheus: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds of one request. */
  readonly timeout: number;
}

/**
 * The alerting rules that `server` evaluates; none where it does not answer.
 * @throws UserError for an address or header that is not valid
 */
async function rulesOf(
  { prometheus, headers, timeout }: RuleServer,
  signal: AbortSignal,
): Promise<readonly AlertRule[]> {
  const none = { prometheus: undefined, alertmanager: undefined, elasticsearch: undefined };
  const server = openPrometheus({ url: prometheus, headers, timeout }, none, 'The rules of alerts');
  return (await server.alertRules(signal)).found ?? [];
}

/** Chooses the rules whose alerts are looked at. */
export type Watched = (rule: AlertRule) => boolean;

/**
 * What is to be said to somebody who looks at the alerts of `server` for `duration` milliseconds, one
 * sentence each; nothing where that is long enough for each rule, or where the server does not answer.
 */
export async function bakeRemarks(
  server: RuleServer,
  duration: number,
  watched: Watched,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { remarksOnAlerts } = await import(/* webpackMode: "eager" */ './bake.ts');
  return remarksOnAlerts((await rulesOf(server, signal)).filter(watched), duration);
}

/** How long a verification must last for the alerts of `server` to fire in it; milliseconds. */
export async function durationForAlerts(
  server: RuleServer,
  watched: Watched,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { durationForRules } = await import(/* webpackMode: "eager" */ './bake.ts');
  return durationForRules((await rulesOf(server, signal)).filter(watched));
}
