import type { CheckConfigs } from '../config/check-schema.ts';
import { type Matcher, matchesAll, parseMatcher } from './alerts/matchers.ts';
import { NO_REMARKS, type RuleRemarks } from './alerts/rule-remarks.ts';
import { alertsProbe } from './checks/alerts.ts';
import type { Probe, Surroundings } from './probe.ts';
import { openPrometheus } from './prometheus/api.ts';
import type { AlertRule } from './prometheus/rule.ts';

/** The Prometheus that evaluates the rules of alerts. */
interface RuleServer {
  readonly prometheus: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeout: number;
  readonly matchers: readonly Matcher[];
}

/**
 * Whether alerts of `rule` may fit `matchers`, as far as the rule tells: their other labels come from the
 * series.
 */
export function mayFit({ name, labels }: AlertRule, matchers: readonly Matcher[]): boolean {
  const known: Readonly<Record<string, string>> = { ...labels, alertname: name };
  return matchesAll(
    matchers.filter((matcher) => Object.hasOwn(known, matcher.name)),
    known,
  );
}

/** The rules that may raise alerts which fit; none where the server does not answer. */
async function rulesOf(
  { prometheus: url, headers, timeout, matchers }: RuleServer,
  signal: AbortSignal,
): Promise<readonly AlertRule[]> {
  const servers = { prometheus: undefined, alertmanager: undefined, elasticsearch: undefined };
  const server = openPrometheus({ url, headers, timeout }, servers, 'The rules of alerts');
  const { found = [] } = await server.alertRules(signal);
  return found.filter((rule) => mayFit(rule, matchers));
}

/** Says which alerts cannot fire within `duration` milliseconds; nothing where that is not settled. */
export function remarksWithin(duration: number | undefined): RuleRemarks {
  if (duration === undefined) return NO_REMARKS;
  return async (server, signal) => {
    const { remarksOnAlerts } = await import(/* webpackMode: "eager" */ './bake.ts');
    return remarksOnAlerts(await rulesOf(server, signal), duration);
  };
}

/**
 * The check of alerts, which says what its rules need.
 * @throws UserError as {@link alertsProbe} does
 */
export function bakedAlertsProbe(config: CheckConfigs['alerts'], context: Surroundings): Probe {
  const { source, url, headers, timeout } = config;
  const probe = alertsProbe(config, context, remarksWithin(context.duration));
  // What has an address of its own without a source is an Alertmanager.
  const own = source === 'prometheus';
  const prometheus = (own ? url : undefined) ?? context.servers.prometheus;
  return {
    ...probe,
    needs: async (signal) => {
      if (prometheus === undefined) return undefined;
      const matchers = config.matchers.map((text) => parseMatcher(text, 'alerts'));
      const server = { prometheus, headers: own ? headers : {}, timeout, matchers };
      const { durationForRules } = await import(/* webpackMode: "eager" */ './bake.ts');
      return durationForRules(await rulesOf(server, signal));
    },
  };
}
