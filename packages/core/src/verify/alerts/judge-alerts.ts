import type { CheckConfigs } from '../../config/check-schema.ts';
import { formatDuration } from '../../config/duration.ts';
import { countOf } from '../../workload/kinds/count.ts';
import type { Observation } from '../check.ts';
import { oneLine } from '../text.ts';
import { type Alert, shortName } from './alert.ts';
import { type Beginning, whenBegan } from './beginning.ts';

/** Which alerts count. */
export type AlertPolicy = Pick<
  CheckConfigs['alerts'],
  'ignore-existing' | 'pending' | 'silenced' | 'watchdog'
>;

/** What an answer holds. */
export interface SeenAlerts {
  /** Those that the matchers choose. */
  readonly alerts: readonly Alert[];
  /** Whether the watchdog fires; `undefined` where none is named. */
  readonly watchdog: boolean | undefined;
  /** The server, as in messages. */
  readonly server: string;
  /** Ids of silences that were made for this app. */
  readonly ownSilences: ReadonlySet<string>;
}

/** Alerts that always fire, or only keep others quiet: https://runbooks.prometheus-operator.dev */
const NO_FAILURES = ['Watchdog', 'InfoInhibitor', 'DeadMansSwitch'];

const SHOWN = 3;
const LISTED = 40;

/** Why an alert does not count; `counts` when it does. */
type Standing =
  | 'counts'
  | 'before the release'
  | 'begun anew'
  | 'silenced'
  | 'inhibited'
  | 'ignored'
  | 'unknown';

function isSilenced(
  { silencedBy }: Alert,
  { silenced }: AlertPolicy,
  own: ReadonlySet<string>,
): boolean {
  if (silencedBy.length === 0 || silenced === 'all') return false;
  return silenced === 'none' || silencedBy.some((id) => !own.has(id));
}

function standingOf(
  alert: Alert,
  { ownSilences }: SeenAlerts,
  beginning: Beginning,
  policy: AlertPolicy,
): Standing {
  if (NO_FAILURES.includes(alert.name) || alert.name === policy.watchdog) return 'ignored';
  if (alert.state === 'pending' && policy.pending === 'ignore') return 'ignored';
  if (alert.inhibited) return 'inhibited';
  if (isSilenced(alert, policy, ownSilences)) return 'silenced';
  if (!policy['ignore-existing']) return 'counts';
  const began = whenBegan(alert, beginning);
  if (began === undefined) return 'unknown';
  if (began === 'anew') return 'begun anew';
  return began === 'after' ? 'counts' : 'before the release';
}

/** For how long it has been so, by the server's clock. */
function since({ startsAt }: Alert, now: number | undefined): string {
  return now === undefined
    ? `since ${new Date(startsAt).toISOString()}`
    : `for ${formatDuration(Math.max(0, now - startsAt))}`;
}

function describe(alert: Alert, now: number | undefined): string {
  const said = alert.summary ? `: ${oneLine(alert.summary)}` : '';
  return `${shortName(alert)} has been ${alert.state} ${since(alert, now)}${said}`;
}

function counted(count: number, state = ''): string {
  return countOf(count, state === '' ? 'alert' : `${state} alert`);
}

function listed(alerts: readonly Alert[], now: number | undefined): string {
  const shown = alerts.slice(0, SHOWN).map((alert) => describe(alert, now));
  const more = alerts.length > SHOWN ? [`and ${alerts.length - SHOWN} more`] : [];
  return [...shown, ...more].join('; ');
}

/** What became of the alerts that do not count, for the sake of whoever expected one to. */
function leftOut(standings: readonly Standing[]): string {
  const kinds = ['before the release', 'silenced', 'inhibited'] as const;
  const words = {
    'before the release': 'began before',
    silenced: 'silenced',
    inhibited: 'inhibited',
  };
  const parts = kinds.flatMap((kind) => {
    const count = standings.filter((one) => one === kind).length;
    return count === 0 ? [] : [`${count} ${words[kind]}`];
  });
  return parts.length === 0 ? '' : ` (left out: ${parts.join(', ')})`;
}

function hintFor([first]: readonly Alert[]): string {
  return first?.runbook
    ? `Its runbook is ${oneLine(first.runbook)}`
    : 'Look at what the alert counts, and at the logs of the new pods.';
}

/** What is to be said of a bad answer: the outcome, its value, message and hint. */
type Finding = Pick<Observation, 'outcome' | 'value' | 'message' | 'hint'>;

function findingOf(
  of: (standing: Standing) => readonly Alert[],
  seen: SeenAlerts,
  { pending, watchdog }: AlertPolicy,
  now: number | undefined,
): Finding | undefined {
  const counting = of('counts');
  const unknown = of('unknown');
  const anew = of('begun anew');
  const firing = counting.filter(({ state }) => state === 'firing');
  const waiting = counting.filter(({ state }) => state === 'pending');
  const bad = pending === 'fail' ? [...firing, ...waiting] : firing;
  if (bad.length > 0) {
    const several = bad.length > 1 ? `${counted(bad.length)}: ` : '';
    const message = `${several}${listed(bad, now)}`;
    return { outcome: 'failed', value: counted(bad.length), message, hint: hintFor(bad) };
  }
  if (seen.watchdog === false) {
    return {
      outcome: 'error',
      value: `no ${watchdog}`,
      message: `the alert ${watchdog}, which always fires, is not at ${seen.server}, so that the absence of others means nothing`,
      hint: 'Does Prometheus evaluate its rules, and reach Alertmanager?',
    };
  }
  if (unknown.length > 0) {
    return {
      outcome: 'error',
      value: counted(unknown.length),
      message: `${seen.server} does not say what time it is (header Date), so that nobody knows what began after the release: ${listed(unknown, now)}`,
      hint: 'Keep what is there before the release with "phase: before", or set "ignore-existing: false".',
    };
  }
  if (anew.length > 0) {
    return {
      outcome: 'inconclusive',
      value: counted(anew.length, 'recurring'),
      message: `${listed(anew, now)}; it was there before the release, too, was resolved, and has begun anew`,
      hint: 'Is it one that comes and goes, or has the release brought it back? Its history in Prometheus shows that.',
    };
  }
  if (waiting.length === 0) return undefined;
  return {
    outcome: 'inconclusive',
    value: counted(waiting.length, 'pending'),
    message: `${listed(waiting, now)} (pending: inconclusive)`,
    hint: 'It fires if this lasts: verify for longer, or say with "pending" what it means.',
  };
}

/** What the alerts that are there mean; pure. */
export function judgeAlerts(
  seen: SeenAlerts,
  beginning: Beginning,
  policy: AlertPolicy,
): Observation {
  const { now } = beginning;
  const alerts = seen.alerts.toSorted((a, b) => a.startsAt - b.startsAt);
  const standings = alerts.map((alert) => standingOf(alert, seen, beginning, policy));
  const of = (standing: Standing): readonly Alert[] =>
    alerts.filter((_, index) => standings[index] === standing);
  const counting = of('counts');
  const finding = findingOf(of, seen, policy, now);
  const details = alerts.map((alert, index) => {
    const standing = standings[index] ?? 'counts';
    return `${describe(alert, now)}${standing === 'counts' ? '' : ` (${standing})`}`;
  });
  const firing = policy.pending === 'fail' ? 'fires or is pending' : 'fires';
  const after = policy['ignore-existing'] ? ' that began after the release' : '';
  return {
    outcome: 'succeeded',
    retry: true,
    value: 'no alert',
    message: `no alert ${firing}${after}${leftOut(standings)}`,
    ...finding,
    number: counting.filter(({ state }) => state === 'firing' || policy.pending === 'fail').length,
    ...(details.length > 0 ? { details: details.slice(0, LISTED) } : {}),
  };
}
