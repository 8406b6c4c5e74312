import * as z from 'zod';
import { oneLine } from '../text.ts';

/** An alert, whoever was asked for it. All texts come from outside. */
export interface Alert {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** What the same alert has whenever it is asked for: made of its labels. */
  readonly fingerprint: string;
  /** When it began, in epoch milliseconds of the server's clock; of a pending one, when its condition did. */
  readonly startsAt: number;
  readonly state: 'firing' | 'pending';
  /** What it says, from its annotations. */
  readonly summary: string | undefined;
  /** Where it is said what to do about it. */
  readonly runbook: string | undefined;
  /** Silences that hide it, by id. */
  readonly silencedBy: readonly string[];
  /** Whether another alert hides it. */
  readonly inhibited: boolean;
}

const labels = z.record(z.string(), z.string());
/** RFC 3339, in Go's way with up to nine digits of a second. */
const instant = z
  .string()
  .transform((text) => Date.parse(text))
  .refine((time) => Number.isFinite(time));
const texts = z
  .array(z.string())
  .nullish()
  .transform((ids) => ids ?? []);

const received = z.object({
  labels,
  annotations: labels.default({}),
  startsAt: instant,
  fingerprint: z.string(),
  status: z.object({ silencedBy: texts, inhibitedBy: texts }),
});

/**
 * The answer of `/api/v2/alerts`; one that is no list says what was wrong:
 * https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
 */
export const receivedAlerts = z.union([
  z.array(received),
  z.string(),
  z.object({ message: z.string() }).transform(({ message }) => message),
]);

const evaluated = z.object({
  labels,
  annotations: labels.default({}),
  state: z.string(),
  activeAt: instant,
});

/** The answer of `/api/v1/alerts`: https://prometheus.io/docs/prometheus/latest/querying/api/#alerts */
export const evaluatedAlerts = z.discriminatedUnion('status', [
  z.object({ status: z.literal('success'), data: z.object({ alerts: z.array(evaluated) }) }),
  z.object({
    status: z.literal('error'),
    errorType: z.string().default('error'),
    error: z.string(),
  }),
]);

function shared(one: Pick<z.output<typeof received>, 'labels' | 'annotations'>) {
  const { summary, message, description, runbook_url: runbook } = one.annotations;
  return {
    name: one.labels.alertname ?? '',
    labels: one.labels,
    summary: summary ?? message ?? description,
    runbook,
  };
}

/** Alerts as Alertmanager knows them: all of them fire. */
export function ofAlertmanager(alerts: readonly z.output<typeof received>[]): readonly Alert[] {
  return alerts.map((one) => ({
    ...shared(one),
    fingerprint: one.fingerprint,
    startsAt: one.startsAt,
    state: 'firing',
    silencedBy: one.status.silencedBy,
    inhibited: one.status.inhibitedBy.length > 0,
  }));
}

/** Alerts as Prometheus knows them, which knows neither silences nor inhibitions. */
export function ofPrometheus(alerts: readonly z.output<typeof evaluated>[]): readonly Alert[] {
  return alerts.flatMap((one) => {
    const { state } = one;
    if (state !== 'firing' && state !== 'pending') return [];
    const sorted = Object.entries(one.labels).sort(([a], [b]) => (a < b ? -1 : 1));
    return [
      {
        ...shared(one),
        fingerprint: JSON.stringify(sorted),
        startsAt: one.activeAt,
        state,
        silencedBy: [],
        inhibited: false,
      },
    ];
  });
}

const SHOWN_LABELS = 4;
/** Labels that say nothing about what is wrong, and those that say most. */
const NOISE = ['alertname', 'prometheus', 'endpoint', 'prometheus_replica', 'replica'];
const FIRST = ['severity', 'namespace', 'service', 'job', 'deployment', 'pod', 'instance'];

function rank(label: string): number {
  const place = FIRST.indexOf(label);
  return place < 0 ? FIRST.length : place;
}

/** `HighErrorRate{severity="critical", service="web", …}`: its name, and the labels that tell most. */
export function shortName({ name, labels: all }: Pick<Alert, 'name' | 'labels'>): string {
  const pairs = Object.entries(all)
    .filter(([label]) => !NOISE.includes(label))
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([label, value]) => `${label}=${JSON.stringify(oneLine(value, 60))}`);
  const shown = pairs.slice(0, SHOWN_LABELS).join(', ');
  const more = pairs.length > SHOWN_LABELS ? ', …' : '';
  return oneLine(`${name || 'an alert without a name'}${shown && `{${shown}${more}}`}`, 300);
}
