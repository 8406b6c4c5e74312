import type { Observation } from '../check.ts';
import { type JsonApi, providerError } from '../json-api.ts';
import { isOwnSilence } from '../silence.ts';
import { readSilence } from '../silence-api.ts';
import { oneLine } from '../text.ts';
import type { Alert } from './alert.ts';
import { evaluatedAlerts, ofAlertmanager, ofPrometheus, receivedAlerts } from './alert.ts';
import { formatMatcher, type Matcher, matchesAll } from './matchers.ts';

/** The alerts that matchers choose, and when the server gave them. */
export type AlertsAnswer =
  | {
      readonly alerts: readonly Alert[];
      /** The server's time, in epoch milliseconds. */
      readonly now: number | undefined;
      readonly trouble?: undefined;
    }
  | {
      readonly trouble: Observation;
      /** The server's own words where it refuses what is asked for, which asking again does not change. */
      readonly refused?: string;
    };

/** A server that has alerts. */
export interface AlertSource {
  readonly shown: string;
  /** The alerts that fit all `matchers`, each list of them asked for in one request. */
  read(matchers: readonly Matcher[], signal: AbortSignal): Promise<AlertsAnswer>;
  /** Those of `ids` that are silences for this app, or why that is not known. */
  ownSilences(
    ids: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<{ readonly own: ReadonlySet<string> } | { readonly trouble: Observation }>;
}

function refusedBy(api: JsonApi, status: number, words: string): AlertsAnswer {
  const text = oneLine(words, 500);
  const final = status === 400;
  const trouble = providerError(
    `HTTP ${status}`,
    `${api.shown} refuses to show its alerts (HTTP ${status}): ${text}`,
    final ? 'Correct the matchers.' : 'Does the server show its alerts in its own page?',
    { retry: !final },
  );
  return final ? { trouble, refused: text } : { trouble };
}

/** Alerts as Alertmanager has them. @param mark that of this app's silences */
export function alertmanagerSource(api: JsonApi, mark: string | undefined): AlertSource {
  const own = new Map<string, boolean>();
  return {
    shown: api.shown,
    read: async (matchers, signal) => {
      const all = ['active', 'silenced', 'inhibited', 'unprocessed'];
      const query = new URLSearchParams(all.map((state): [string, string] => [state, 'true']));
      for (const matcher of matchers) query.append('filter', formatMatcher(matcher));
      const request = { method: 'GET', path: 'api/v2/alerts', query } as const;
      const answer = await api.ask(request, receivedAlerts, signal);
      if (answer.trouble) return answer;
      const { body, status, date } = answer;
      if (typeof body === 'string') return refusedBy(api, status, body);
      return { alerts: ofAlertmanager(body), now: date };
    },
    ownSilences: async (ids, signal) => {
      for (const id of ids) {
        if (own.has(id)) continue;
        const silence = await readSilence(api, id, signal);
        if (silence && 'trouble' in silence) return { trouble: silence.trouble };
        // One that is gone hides nothing any more.
        own.set(id, silence === undefined || isOwnSilence(silence, mark));
      }
      return { own: new Set([...ids].filter((id) => own.get(id))) };
    },
  };
}

/** Alerts as Prometheus evaluates them; it knows no silences. */
export function prometheusSource(api: JsonApi): AlertSource {
  return {
    shown: api.shown,
    read: async (matchers, signal) => {
      const request = { method: 'GET', path: 'api/v1/alerts' } as const;
      const answer = await api.ask(request, evaluatedAlerts, signal);
      if (answer.trouble) return answer;
      const { body, status, date } = answer;
      if (body.status === 'error')
        return refusedBy(api, status, `${body.errorType}: ${body.error}`);
      const alerts = ofPrometheus(body.data.alerts);
      return { alerts: alerts.filter(({ labels }) => matchesAll(matchers, labels)), now: date };
    },
    ownSilences: async () => ({ own: new Set() }),
  };
}
