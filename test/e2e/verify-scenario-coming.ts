import { expect } from '@jest/globals';
import { until } from './until.ts';
import { type Monitored, type ScenarioOptions, scenario } from './verify-scenario-fixture.ts';
import { alertsOf, type Monitoring } from './verify-scenario-prometheus.ts';

const COUNTED = { METRICS_FROM_START: '1' };
const IN_TROUBLE = { ...COUNTED, ERROR_RATE: '20' };

/** A scenario of a check that paal/verify-health does not have yet, and how it must end. */
export interface ComingScenario {
  readonly name: string;
  readonly status: 'succeeded' | 'failed';
  /** What the error says beside the name of the check; empty where there is none. */
  readonly says: string;
  readonly options: (monitoring: Monitoring) => Omit<ScenarioOptions, keyof Monitored>;
}

function alertsFrom({ alertmanager }: Monitoring, more: object = {}): object {
  const matchers = ['namespace="{{namespace}}"'];
  const source = { source: 'alertmanager', url: alertmanager.url };
  return { alerts: { name: 'check', ...source, matchers, ...more } };
}

function withAlertFromBefore(monitoring: Monitoring, more: object = {}) {
  return {
    checks: [alertsFrom(monitoring, more)],
    before: IN_TROUBLE,
    after: IN_TROUBLE,
    beforeRelease: async ({ namespace }: { readonly namespace: string }) =>
      await until(
        'the alert fires',
        async () => (await alertsOf(monitoring, namespace)).length > 0,
      ),
  };
}

const version = { name: 'check', path: '/version', port: 8080 };

export const COMING: readonly ComingScenario[] = [
  {
    name: 'that is good on average fails by the errors that its own pods log',
    status: 'failed',
    says: 'the order could not be saved',
    options: () => ({
      checks: [{ logs: { name: 'check' } }],
      after: { ERROR_RATE: '12', LOG_ERRORS: '1' },
      replicas: 1,
      forgotten: 3,
    }),
  },
  {
    name: 'fails while pods of the version before answer behind the same Service',
    status: 'failed',
    says: 'v1',
    options: () => ({
      checks: [{ version: { ...version, url: '{{url}}/version', successes: 30 } }],
      inputs: { duration: '8s', interval: '100ms' },
      replicas: 1,
      forgotten: 1,
      load: 0,
    }),
  },
  {
    name: 'fails by the one pod of three that answers with another version',
    status: 'failed',
    says: 'web-1',
    options: () => ({
      checks: [{ version }],
      after: { REPORT_VERSION: 'v1', STALE_ORDINAL: '1' },
      workload: { kind: 'StatefulSet' },
      replicas: 3,
      load: 0,
    }),
  },
  {
    name: 'is verified although an alert fires that had fired before it',
    status: 'succeeded',
    says: '',
    options: (monitoring) => withAlertFromBefore(monitoring),
  },
  {
    name: 'fails by an alert that had fired before it where those count, too',
    status: 'failed',
    says: 'HighErrorRate',
    options: (monitoring) => withAlertFromBefore(monitoring, { 'ignore-existing': false }),
  },
  {
    name: 'fails by an alert that began after it',
    status: 'failed',
    says: 'HighErrorRate',
    options: (monitoring) => ({
      checks: [alertsFrom(monitoring)],
      before: COUNTED,
      after: IN_TROUBLE,
      inputs: { duration: '40s' },
    }),
  },
  {
    name: 'fails by the expression of an alert that does not fire yet',
    status: 'failed',
    says: 'HighErrorRate',
    options: () => ({
      checks: [{ rules: { name: 'check', labels: { namespace: '{{namespace}}' } } }],
      before: COUNTED,
      after: IN_TROUBLE,
      inputs: { duration: '40s' },
    }),
  },
  {
    name: 'fails when a container of it restarts',
    status: 'failed',
    says: 'restart',
    options: () => ({
      checks: [{ restarts: { name: 'check' } }],
      after: { EXIT_CODE: '1', EXIT_AFTER: '15s' },
      inputs: { duration: '40s' },
      load: 0,
    }),
  },
];

/** Runs one, and expects that it ends so. */
export async function expectAsComing(
  { status, says, options }: ComingScenario,
  label: string,
  monitored: Monitored,
): Promise<void> {
  const { step } = await scenario(label, { ...options(monitored.monitoring), ...monitored });
  const failedCheck = status === 'failed' ? 'check' : '';
  expect(step.outputs).toMatchObject({ status, 'failed-check': failedCheck });
  expect(step.errors.join('\n')).toContain(says);
}
