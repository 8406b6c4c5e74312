import { expect } from '@jest/globals';
import type { StepOptions, StepResult } from '../contract/run-action.ts';
import type { TestAppSettings } from '../images/test-app.ts';
import { type Playground, playground } from './fixture.ts';
import {
  applyManifest,
  applyWithKubectl,
  expectGood,
  reportOf,
  type Versions,
} from './rollout-fixture.ts';
import { publishService, type SteadyLoad, startSteadyLoad } from './verify-scenario-load.ts';
import {
  type Monitoring,
  RANGE_SECONDS,
  SCRAPED,
  untilMeasured,
  untilRated,
} from './verify-scenario-prometheus.ts';
import { service, type WebOptions, web } from './workloads.ts';

const SELECTED = 'namespace="{{namespace}}"';
const RANGE = `[${RANGE_SECONDS}s]`;

/** At most five per cent of the answers may be errors, as in the alert of docs/process.md. */
export const ERROR_RATE = {
  prometheus: {
    name: 'error rate',
    query:
      `sum(rate(http_requests_total{${SELECTED},status=~"5.."}${RANGE})) / ` +
      `sum(rate(http_requests_total{${SELECTED}}${RANGE}))`,
    max: 0.05,
  },
};

/** 95 of 100 answers come within two seconds, as in the alert of docs/process.md. */
export const RESPONSE_TIME = {
  prometheus: {
    name: 'response time',
    query:
      'histogram_quantile(0.95, ' +
      `sum by (le) (rate(http_request_duration_seconds_bucket{${SELECTED}}${RANGE})))`,
    max: 2,
  },
};

/** What the scenarios of a file share. */
export interface Monitored {
  readonly image: Versions;
  readonly monitoring: Monitoring;
}

/** What happens in a scenario. */
export interface ScenarioOptions extends Monitored {
  readonly checks: readonly object[];
  /** What the app of v1 is told; default: nothing. */
  readonly before?: TestAppSettings;
  /** What the app of v2 is told; default: nothing. */
  readonly after?: TestAppSettings;
  readonly workload?: Omit<WebOptions, 'image' | 'env' | 'replicas'>;
  readonly replicas?: number;
  /** Pods of v1 that another Deployment keeps behind the same Service, told nothing; default: 0. */
  readonly forgotten?: number;
  /** Requests a second to the Service, from v1 on; 0 for none. */
  readonly load?: number;
  /** What is waited for before v2 is rolled out. */
  readonly beforeRelease?: (ground: Playground) => Promise<unknown>;
  /** Whether the verification begins only when no metrics of pods that are gone are left. */
  readonly measured?: boolean;
  /** Further inputs of verify-health. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly onLog?: StepOptions['onLog'];
}

/** One measurement, as the report has it. */
export interface ReportedMeasurement {
  readonly 'at-ms': number;
  readonly outcome: string;
  readonly value: string;
  readonly threshold: string;
}

interface ScenarioReport {
  readonly started: string;
  readonly 'elapsed-ms': number;
  readonly checks: readonly {
    readonly name: string;
    readonly status: string;
    readonly measurements: readonly ReportedMeasurement[];
  }[];
}

/** What became of a scenario. */
export interface ScenarioResult {
  readonly ground: Playground;
  readonly step: StepResult;
  readonly report: ScenarioReport;
  readonly load: SteadyLoad | undefined;
}

/** A Deployment whose pods the Service `web` selects, and nobody rolls out. */
function forgottenDeployment(image: string, replicas: number): object {
  const labels = { app: 'web', track: 'forgotten' };
  const { spec } = web({ image }) as {
    readonly spec: { readonly template: { readonly spec: object } };
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web-forgotten' },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: spec.template.spec },
    },
  };
}

/** The names of the pods behind the Service. */
async function podsOf(ground: Playground): Promise<readonly string[]> {
  const pods = await ground.list<{
    readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  }>('v1', 'pods', 'app=web');
  return pods
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata }) => metadata.name);
}

async function verified(
  ground: Playground,
  release: string,
  url: string,
  options: ScenarioOptions,
): Promise<StepResult> {
  const { monitoring, checks, inputs, onLog } = options;
  return await ground.step(
    'verify-health',
    {
      release,
      url,
      version: 'v2',
      'prometheus-url': monitoring.prometheus.url,
      checks: JSON.stringify(checks),
      duration: '20s',
      interval: '1s',
      bake: '1s',
      'on-failure': 'rollback',
      ...inputs,
    },
    onLog ? { onLog } : {},
  );
}

/**
 * Rolls out v1 and, while requests come, v2, and verifies that with `on-failure: rollback`; the load
 * ends with it. v1 is release 1, v2 release 2.
 */
export async function scenario(name: string, options: ScenarioOptions): Promise<ScenarioResult> {
  const { image, monitoring, before = {}, after = {}, workload } = options;
  const { replicas = 2, forgotten = 0, load: perSecond = 50 } = options;
  const ground = await playground(`${SCRAPED}-${name}`);
  await ground.apply(service('web'));
  if (forgotten > 0) await applyWithKubectl(ground, forgottenDeployment(image.v1, forgotten));
  const rollOut = async (version: 'v1' | 'v2', env: TestAppSettings): Promise<StepResult> => {
    const app = web({ ...workload, image: image[version], replicas, env });
    const step = await applyManifest(ground, [app], { version });
    expectGood(step);
    return step;
  };
  await rollOut('v1', before);
  const published = await publishService(ground);
  const load = perSecond > 0 ? await startSteadyLoad(published.url, perSecond) : undefined;
  try {
    if (load) await untilRated(monitoring, ground.namespace);
    await options.beforeRelease?.(ground);
    const { release = '' } = (await rollOut('v2', after)).outputs;
    if (options.measured) await untilMeasured(monitoring, ground.namespace, await podsOf(ground));
    const step = await verified(ground, release, published.url, options);
    return { ground, step, report: (await reportOf(step)) as never, load };
  } finally {
    await load?.stop();
    await published.stop();
  }
}

/** The measurements of the check with this name. */
export function measurementsOf(
  { report }: ScenarioResult,
  name: string,
): readonly ReportedMeasurement[] {
  return report.checks.find((check) => check.name === name)?.measurements ?? [];
}

/** The release failed at this check, and what served before it serves again. */
export function expectTakenBack({ step }: ScenarioResult, check: string): void {
  expect(step.outputs).toMatchObject({
    status: 'failed',
    'failed-check': check,
    verified: 'false',
    'rolled-back': 'succeeded',
    'rolled-back-to': '1',
  });
  expect(step.exitCode).toBe(1);
  expect(step.errors).toHaveLength(1);
  expect(step.errors[0]).toContain('It was verified again, and is good (version v1).');
}
