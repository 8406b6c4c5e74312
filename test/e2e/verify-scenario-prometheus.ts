import { beforeAll } from '@jest/globals';
import { stringify } from 'yaml';
import {
  startAlertmanager,
  startPrometheus,
  type WebService,
} from '../cluster/services/prometheus.ts';
import { afterTests, sharedCluster } from './fixture.ts';
import { until } from './until.ts';

/** Namespaces whose pods are scraped begin so. */
export const SCRAPED = 'scenario';

/** Seconds that the rates of the queries look back. */
export const RANGE_SECONDS = 10;

function relabel(source: string, target: string, more: object = {}): object {
  return { source_labels: [`__meta_kubernetes_${source}`], target_label: target, ...more };
}

/** Everything is asked and decided every second, of all pods of the scenarios. */
function configuration(alertmanager: WebService): string {
  const target = new URL(alertmanager.clusterUrl ?? alertmanager.url).host;
  return stringify({
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: ['rules.yml'],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [target] }] }] },
    scrape_configs: [
      {
        job_name: 'pods',
        kubernetes_sd_configs: [{ role: 'pod', kubeconfig_file: 'kubeconfig' }],
        relabel_configs: [
          {
            source_labels: ['__meta_kubernetes_namespace'],
            regex: `e2e-${SCRAPED}-.*`,
            action: 'keep',
          },
          {
            source_labels: ['__meta_kubernetes_pod_phase'],
            regex: 'Pending|Succeeded|Failed',
            action: 'drop',
          },
          relabel('pod_ip', '__address__', { replacement: '$1:8080' }),
          relabel('namespace', 'namespace'),
          relabel('pod_name', 'pod'),
          relabel('pod_label_app', 'app'),
          relabel('pod_label_pod_template_hash', 'pod_template_hash'),
        ],
      },
    ],
  });
}

const range = `[${RANGE_SECONDS}s]`;
const errors = `sum by (namespace) (rate(http_requests_total{status=~"5.."}${range}))`;
const requests = `sum by (namespace) (rate(http_requests_total${range}))`;
const durations = `rate(http_request_duration_seconds_bucket${range})`;

/** The two alerts of docs/process.md, for each namespace of its own and with short times. */
export const PROCESS_RULES = stringify({
  groups: [
    {
      name: 'paal-alerts',
      rules: [
        {
          alert: 'HighErrorRate',
          expr: `${errors} / ${requests} > 0.05`,
          for: '2s',
          // While pods are replaced, the new ones are found up to ten seconds late.
          keep_firing_for: '30s',
          labels: { severity: 'critical' },
        },
        {
          alert: 'HighResponseTime',
          expr: `histogram_quantile(0.95, sum by (namespace, le) (${durations})) > 2`,
          for: '2s',
          labels: { severity: 'warning' },
        },
      ],
    },
  ],
});

/** What watches the pods of the scenarios. */
export interface Monitoring {
  readonly prometheus: WebService;
  readonly alertmanager: WebService;
}

/** Starts a Prometheus for the pods of the scenarios, and the Alertmanager that it alerts. */
export async function startMonitoring(rules = PROCESS_RULES): Promise<Monitoring> {
  const cluster = sharedCluster();
  const nobody = 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n';
  const alertmanager = await startAlertmanager(cluster, { configuration: nobody });
  afterTests(alertmanager.stop);
  const prometheus = await startPrometheus(cluster, {
    configuration: configuration(alertmanager),
    rules,
  });
  afterTests(prometheus.stop);
  return { prometheus, alertmanager };
}

/** One for all tests of a file, before the first of them; not to be read before that. */
export function testMonitoring(rules = PROCESS_RULES): Monitoring {
  const unset = { url: '', clusterUrl: undefined, stop: async () => undefined };
  const monitoring = { prometheus: unset, alertmanager: unset };
  beforeAll(async () => {
    if (sharedCluster().realNodes) Object.assign(monitoring, await startMonitoring(rules));
  });
  return monitoring;
}

/** The value of the one series that a query gives; `undefined` where it gives none. */
async function ask({ prometheus }: Monitoring, query: string): Promise<string | undefined> {
  const url = `${prometheus.url}/api/v1/query?query=${encodeURIComponent(query)}`;
  const answer = (await (await fetch(url)).json()) as {
    readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] };
  };
  return answer.data.result[0]?.value[1];
}

/** Resolves when there is a rate of requests, as of an app that has served for long. */
export async function untilRated(monitoring: Monitoring, namespace: string): Promise<void> {
  const rate = `sum(rate(http_requests_total{namespace="${namespace}"}${range})) > 0`;
  await until('requests are measured', async () => (await ask(monitoring, rate)) !== undefined);
}

/** Resolves when the rates over the last seconds are those of these pods, and of no others. */
export async function untilMeasured(
  monitoring: Monitoring,
  namespace: string,
  pods: readonly string[],
): Promise<void> {
  const scrapes = (selected: string) =>
    `count_over_time(up{namespace="${namespace}",${selected}}${range})`;
  const whole = `count(${scrapes(`pod=~"${pods.join('|')}"`)} >= ${RANGE_SECONDS - 1})`;
  const others = scrapes(`pod!~"${pods.join('|')}"`);
  await until('the metrics are those of the new pods alone', async () => {
    return (
      (await ask(monitoring, `${whole} == ${pods.length} unless count(${others})`)) !== undefined
    );
  });
}

/** Resolves when pods of a namespace have been measured for so many seconds. */
export async function untilMeasuredFor(
  monitoring: Monitoring,
  namespace: string,
  seconds: number,
): Promise<void> {
  const scrapes = `count_over_time(up{namespace="${namespace}"}[${2 * seconds}s])`;
  const query = `min(${scrapes}) >= ${seconds}`;
  await until(
    `metrics of ${seconds} s are there`,
    async () => (await ask(monitoring, query)) !== undefined,
    2 * seconds,
  );
}

/** Resolves when an alert has fired for so many seconds, and Alertmanager has it. */
export async function untilFiredFor(
  monitoring: Monitoring,
  namespace: string,
  seconds: number,
): Promise<void> {
  const firing = `ALERTS{namespace="${namespace}",alertstate="firing"}[${2 * seconds}s]`;
  const query = `max(count_over_time(${firing})) >= ${seconds}`;
  await until(
    `an alert fires for ${seconds} s`,
    async () => (await ask(monitoring, query)) !== undefined,
  );
  await until('it is known', async () => (await alertsOf(monitoring, namespace)).length > 0);
}

/** The names of the alerts of a namespace that Alertmanager has. */
export async function alertsOf(
  { alertmanager }: Monitoring,
  namespace: string,
): Promise<readonly string[]> {
  const filter = encodeURIComponent(`namespace="${namespace}"`);
  const answer = await fetch(`${alertmanager.url}/api/v2/alerts?filter=${filter}`);
  const alerts = (await answer.json()) as readonly {
    readonly labels: Readonly<Record<string, string>>;
  }[];
  return alerts.map(({ labels }) => labels.alertname ?? '');
}
