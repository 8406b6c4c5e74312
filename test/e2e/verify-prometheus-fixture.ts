import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../../packages/core/src/clock.ts';
import { type CheckConfigs, checkSchema } from '../../packages/core/src/config/check-schema.ts';
import { prometheusProbe } from '../../packages/core/src/verify/checks/prometheus.ts';
import { rulesProbe } from '../../packages/core/src/verify/checks/rules.ts';
import type { Probe, Surroundings } from '../../packages/core/src/verify/probe.ts';
import type { Live } from '../../packages/core/src/workload/live.ts';
import type { Pod } from '../../packages/core/src/workload/types.ts';
import { startPrometheus, type WebService } from '../cluster/services/prometheus.ts';
import { afterTests, sharedCluster } from './fixture.ts';

/** A counter that is recorded every second, so that it needs no application. */
export interface Counter {
  readonly app: string;
  readonly status: string;
  /** PromQL of a number. */
  readonly value: string;
}

/** The recording rules of counters called http_requests_total, and alerting rules beside them. */
export function ruleText(counters: readonly Counter[], alerts: readonly object[] = []): string {
  const recorded = counters.map(({ app, status, value }) => ({
    record: 'http_requests_total',
    labels: { app, status },
    expr: `vector(${value})`,
  }));
  const rules = [...recorded, ...alerts];
  return JSON.stringify({ groups: [{ name: 'services', interval: '1s', rules }] });
}

/** The share of errors of `app` in the last 10 s. */
export function errorRatio(app: string): string {
  const all = `app="${app}"`;
  return `sum(rate(http_requests_total{${all},status=~"5.."}[10s])) / sum(rate(http_requests_total{${all}}[10s]))`;
}

/** A Prometheus of its own, which ends with the tests at the latest. */
export async function prometheusWith(
  rules: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<WebService> {
  const configuration = JSON.stringify({
    global: { evaluation_interval: '1s', scrape_interval: '1s' },
    rule_files: ['rules.yml'],
    ...more,
  });
  const started = await startPrometheus(sharedCluster(), { configuration, rules });
  afterTests(started.stop);
  return started;
}

/** Resolves when `query` has a result. */
export async function untilResult({ url }: WebService, query: string): Promise<void> {
  for (;;) {
    const address = `${url}/api/v1/query?query=${encodeURIComponent(query)}`;
    const answer = (await (await fetch(address)).json()) as { data: { result: unknown[] } };
    if (answer.data.result.length > 0) return;
    await delay(200);
  }
}

function pod(name: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop' },
    spec: { containers: [] },
  };
}

/**
 * A double of what runs in the cluster: a Deployment with pods of these names, whose release began some
 * milliseconds ago.
 */
export function liveDouble(pods: readonly string[], age: number | undefined): Live {
  const newPods = pods.map(pod);
  const workload = { kind: 'Deployment', namespace: 'shop', name: 'shop' } as const;
  const state = { object: undefined, progress: undefined, events: [] };
  return {
    connection: undefined as never,
    namespace: 'shop',
    names: ['deployment/shop'],
    age: () => age,
    read: async () => [{ ...state, workload, pods: newPods, newPods }],
  };
}

/** What a check is made with; what is missing is not known. */
export function surroundings({ url }: WebService, more: Partial<Surroundings> = {}): Surroundings {
  const unknown = undefined;
  return {
    variables: {
      url: unknown,
      version: unknown,
      namespace: unknown,
      environment: unknown,
      app: unknown,
      release: unknown,
    },
    servers: { prometheus: url, alertmanager: unknown, elasticsearch: unknown },
    live: unknown,
    before: () => undefined,
    clock: systemClock,
    workspace: '/',
    ...more,
  };
}

/** The check as paal.yaml would have it. */
export function prometheusCheck(config: object, context: Surroundings): Probe {
  const { prometheus } = checkSchema.parse({ prometheus: config });
  return prometheusProbe(prometheus as CheckConfigs['prometheus'], context);
}

/** The check as paal.yaml would have it. */
export function rulesCheck(config: object, context: Surroundings): Probe {
  const { rules } = checkSchema.parse({ rules: config });
  return rulesProbe(rules as CheckConfigs['rules'], context);
}
