import type { CheckConfigs } from '../../config/check-schema.ts';
import { UserError } from '../../errors.ts';
import { type AlertSource, alertmanagerSource, prometheusSource } from '../alerts/ask-alerts.ts';
import { keepAlerts, keptAlerts } from '../alerts/beginning.ts';
import { judgeAlerts } from '../alerts/judge-alerts.ts';
import { formatMatcher, type Matcher, parseMatcher } from '../alerts/matchers.ts';
import { mayFit } from '../alerts/watched.ts';
import { bakeRemarks, durationForAlerts, type RuleServer } from '../bake-alerts.ts';
import type { Observation } from '../check.ts';
import { openJsonApi } from '../json-api.ts';
import type { Probe, Surroundings } from '../probe.ts';
import { NAME_LIMIT, oneLine } from '../text.ts';

type Config = CheckConfigs['alerts'];
type Context = Pick<
  Surroundings,
  'servers' | 'live' | 'before' | 'duration' | 'phase' | 'silenceMark'
>;
type Source = 'alertmanager' | 'prometheus';

/** Who is asked, and where it is. */
function serverOf(config: Config, { servers }: Context, what: string): readonly [Source, string] {
  const source: Source =
    config.source ??
    (config.url !== undefined || servers.alertmanager !== undefined
      ? 'alertmanager'
      : 'prometheus');
  const url = config.url ?? servers[source];
  if (url !== undefined) return [source, url];
  const ways =
    config.source === undefined
      ? 'Alertmanager or Prometheus is: set "url" in the check, the input "alertmanager-url" or "prometheus-url", or verify.alertmanager or verify.prometheus'
      : source === 'alertmanager'
        ? 'Alertmanager is: set "url" in the check, the input "alertmanager-url", or verify.alertmanager'
        : 'Prometheus is: set "url" in the check, the input "prometheus-url", or verify.prometheus';
  throw new UserError(`${what} does not know where ${ways} in paal.yaml.`);
}

function openSource(
  source: Source,
  url: string,
  { headers, timeout }: Config,
  { silenceMark }: Context,
  what: string,
): AlertSource {
  if (source === 'prometheus') {
    const server = { product: 'Prometheus', landmark: '/api/v1/alerts', url, headers, timeout };
    return prometheusSource(openJsonApi(server, what));
  }
  const server = { product: 'Alertmanager', landmark: '/api/v2/alerts', url, headers, timeout };
  return alertmanagerSource(openJsonApi(server, what), silenceMark);
}

/**
 * Who evaluates the rules of the alerts; `undefined` where that is not known.
 * @param asked the Prometheus that is asked for the alerts, too
 */
function rulesServer(
  { headers, timeout }: Config,
  { servers }: Context,
  asked: string | undefined,
): RuleServer | undefined {
  const prometheus = asked ?? servers.prometheus;
  return prometheus === undefined
    ? undefined
    : { prometheus, headers: asked === undefined ? {} : headers, timeout };
}

/** Alerts and what has to be known beside them, or why that is not known. */
async function look(
  source: AlertSource,
  matchers: readonly Matcher[],
  { watchdog: name, silenced }: Config,
  signal: AbortSignal,
) {
  const named =
    name === undefined ? [] : [{ name: 'alertname', operator: '=', value: name } as const];
  const [answer, watchdogs] = await Promise.all([
    source.read(matchers, signal),
    name === undefined ? undefined : source.read(named, signal),
  ]);
  if (answer.trouble) return answer;
  if (watchdogs?.trouble) return watchdogs;
  const ids = silenced === 'own' ? answer.alerts.flatMap(({ silencedBy }) => silencedBy) : [];
  const silences = await source.ownSilences(new Set(ids), signal);
  if ('trouble' in silences) return { trouble: silences.trouble };
  const { alerts, now } = answer;
  const watchdog = watchdogs?.alerts.some(({ state }) => state === 'firing');
  return { alerts, now, watchdog, ownSilences: silences.own, trouble: undefined };
}

/**
 * The check that no alert fires that began after the release. One that does is a failure at once.
 * @throws UserError for a matcher, an address or a header that is not valid, and when there is no address
 */
export function alertsProbe(config: Config, context: Context): Probe {
  const written = config.matchers.join(', ');
  const name = oneLine(written === '' ? 'alerts' : `alerts ${written}`, NAME_LIMIT);
  const what = `The check "${config.name ?? name}"`;
  const matchers = config.matchers.map((text) => parseMatcher(text, what));
  const [kind, url] = serverOf(config, context, what);
  const source = openSource(kind, url, config, context, what);
  const { live, duration, phase } = context;
  const rules = rulesServer(config, context, kind === 'prometheus' ? url : undefined);
  const watched = mayFit(matchers);
  const kept = context.before('alerts', config.name ?? name);
  let earlier = kept && keptAlerts(kept);
  const dates = config['ignore-existing'];
  const shown = matchers.map(formatMatcher).join(', ');
  return {
    name,
    target: `alerts${shown && ` {${shown}}`} of ${source.shown}`,
    threshold: dates ? 'no alert that began after the release' : 'no alert',
    warmsUp: false,
    comparable: true,
    prepare: async (signal) => {
      const answer = await source.read(matchers, signal);
      if (answer.trouble && answer.refused) {
        throw new UserError(`${what}: ${source.shown} refuses its matchers: ${answer.refused}`);
      }
      const late =
        rules && duration !== undefined ? await bakeRemarks(rules, duration, watched, signal) : [];
      const known = earlier !== undefined || live?.age() !== undefined || phase === 'before';
      if (!dates || known) return late;
      const taken =
        `${what} takes the alerts of its first measurement for older than the release, because no release ` +
        'is known: set the input "release", or run a step with "phase: before" ahead of the rollout.';
      return [taken, ...late];
    },
    needs: async (signal) => rules && (await durationForAlerts(rules, watched, signal)),
    measure: async (signal): Promise<Observation> => {
      const seen = await look(source, matchers, config, signal);
      if (seen.trouble) return seen.trouble;
      const releaseAge = live?.age();
      const keep = keepAlerts(seen.alerts, seen.now);
      if (releaseAge === undefined) earlier ??= keptAlerts([keep]);
      const beginning = { known: undefined, ...earlier, releaseAge, now: seen.now };
      return { ...judgeAlerts({ ...seen, server: source.shown }, beginning, config), keep };
    },
  };
}
