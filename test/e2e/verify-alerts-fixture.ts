import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { WebService } from '../cluster/services/prometheus.ts';
import { runStep, type StepOptions, type StepResult } from '../contract/run-action.ts';
import { workspaceWith } from '../contract/verify-health-fixture.ts';

/** Nobody is told of anything. */
export const ALERTMANAGER = 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n';

/** A silence, as Alertmanager shows it. */
export interface StoredSilence {
  readonly id: string;
  readonly createdBy: string;
  readonly comment: string;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly status: { readonly state: string };
}

type Labels = Readonly<Record<string, string>>;

/** A namespace that no other test's alerts are in. */
export function someNamespace(): string {
  return `shop-${randomBytes(3).toString('hex')}`;
}

async function post(url: string, body: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}: ${await answer.text()}`);
  const text = await answer.text();
  return text === '' ? undefined : JSON.parse(text);
}

/** What a test does with an Alertmanager beside PAAL. */
export interface Alerts {
  /** Makes an alert fire from now on; resolves once Alertmanager shows it. */
  fire(labels: Labels, annotations?: Labels): Promise<void>;
  /** The alerts that Alertmanager itself finds for a matcher, by name. */
  found(filter: readonly string[]): Promise<readonly string[]>;
  /** Silences a namespace as a person does. */
  silence(namespace: string): Promise<void>;
  /** Every silence for a namespace, also those that are over. */
  silences(namespace: string): Promise<readonly StoredSilence[]>;
}

export function alertsAt({ url }: WebService): Alerts {
  const found: Alerts['found'] = async (filter) => {
    const query = new URLSearchParams(filter.map((one): [string, string] => ['filter', one]));
    const alerts = (await (await fetch(`${url}/api/v2/alerts?${query}`)).json()) as {
      readonly labels: Labels;
    }[];
    return alerts.map(({ labels }) => labels.alertname ?? '').sort();
  };
  return {
    found,
    fire: async (labels, annotations = {}) => {
      const endsAt = new Date(Date.now() + 3_600_000).toISOString();
      await post(`${url}/api/v2/alerts`, [{ labels, annotations, endsAt }]);
      const all = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
      while ((await found(all)).length === 0) await delay(50);
    },
    silence: async (namespace) => {
      const matcher = { name: 'namespace', value: namespace, isRegex: false, isEqual: true };
      await post(`${url}/api/v2/silences`, {
        matchers: [matcher],
        startsAt: new Date().toISOString(),
        endsAt: new Date(Date.now() + 3_600_000).toISOString(),
        createdBy: 'jane',
        comment: 'Maintenance',
      });
    },
    silences: async (namespace) => {
      const query = new URLSearchParams({ filter: `namespace=${JSON.stringify(namespace)}` });
      return (await (await fetch(`${url}/api/v2/silences?${query}`)).json()) as StoredSilence[];
    },
  };
}

/** A step that verifies by alerts. */
export interface AlertsStep {
  readonly namespace: string;
  /** Keys of the check beside its matchers. */
  readonly check?: object;
  /** Keys of `verify` beside the checks. */
  readonly verify?: object;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly onLog?: StepOptions['onLog'];
  /** RUNNER_TEMP, where it is that of an earlier step. */
  readonly temp?: string;
}

/** Runs paal/verify-health with one check of the alerts of a namespace. */
export async function verifyAlerts(step: AlertsStep): Promise<StepResult> {
  const { namespace, check = {}, verify = {}, inputs = {}, onLog, temp } = step;
  const checks = [
    { alerts: { name: 'alerts', matchers: ['namespace="{{namespace}}"'], ...check } },
  ];
  const workspace = await workspaceWith(
    JSON.stringify({ app: 'shop', verify: { ...verify, checks } }),
  );
  return await runStep('verify-health', {
    workspace,
    inputs: { namespace, environment: 'staging', duration: '3s', interval: '300ms', ...inputs },
    ...(onLog ? { onLog } : {}),
    ...(temp === undefined ? {} : { env: { RUNNER_TEMP: temp } }),
  });
}

/** Calls `act` once, when the log holds a good measurement. */
export function atFirstGood(
  act: (kill: (signal: NodeJS.Signals) => void) => void,
): NonNullable<StepOptions['onLog']> {
  let done = false;
  return (log, kill) => {
    if (done || !log.includes('good: no alert')) return;
    done = true;
    act(kill);
  };
}
