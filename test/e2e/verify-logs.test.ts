import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { systemImage } from '../cluster/local/system-images.ts';
import type { StepOptions, StepResult } from '../contract/run-action.ts';
import { verify } from '../contract/verify-health-fixture.ts';
import {
  type ElasticsearchDouble,
  lineOf,
  startElasticsearchDouble,
} from '../elasticsearch/elasticsearch-double.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { afterTests, type Playground, playground, realNodeTest } from './fixture.ts';
import { userWith } from './permissions-fixture.ts';
import { applyManifest, applyWithKubectl, expectGood, testVersions } from './rollout-fixture.ts';
import { until } from './until.ts';
import { web } from './workloads.ts';

const image = testVersions();

/** Verifies the logs of deployment/web, of a release or of what runs there. */
async function verifyLogs(
  { cluster, namespace }: Playground,
  check: object,
  inputs: Readonly<Record<string, string>> = {},
  options: StepOptions = {},
): Promise<StepResult> {
  const checks = JSON.stringify([{ logs: { name: 'logs', ...check } }]);
  const which = inputs.release ? {} : { workloads: 'deployment/web' };
  return await verify(
    { checks, namespace, duration: '2s', interval: '500ms', ...which, ...inputs },
    { ...options, env: { KUBECONFIG: cluster.kubeconfig, ...options.env } },
  );
}

/** The name of the only pod of deployment/web. */
async function podOf({ list }: Playground): Promise<string> {
  const pods = await list<{
    readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  }>('v1', 'pods', 'app=web');
  const living = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  expect(living).toHaveLength(1);
  return living[0]?.metadata.name ?? '';
}

describe('the logs of the new pods', () => {
  realNodeTest('with an error fail the release, with the line and the pod', async () => {
    const ground = await playground('logs-error');
    expectGood(await applyManifest(ground, [web({ image: image.v1 })]));
    const env = { LOG: '2024-01-02 03:04:05,678 ERROR [main] com.acme.Shop - cannot pay order 12' };
    expectGood(await applyManifest(ground, [web({ image: image.v2, env })]));
    const step = await verifyLogs(ground, {}, { release: '2', duration: '5m' });
    expect(step.exitCode).toBe(1);
    expect(step.outputs).toMatchObject({ status: 'failed', 'failed-check': 'logs' });
    expect(step.errors[0]).toContain('1 line of level error or worse, tolerated 0');
    expect(step.errors[0]).toContain('com.acme.Shop - cannot pay order 12');
    expect(step.errors[0]).toContain(`said by web of ${await podOf(ground)}`);
  });

  realNodeTest(
    'are those of the new pods alone: what the old ones said does not count',
    async () => {
      const ground = await playground('logs-old');
      // The old pod is still there, on its way out, while the new one is verified.
      const old = web({
        image: image.v1,
        env: { LOG: 'ERROR cannot pay', IGNORE_SIGTERM: '1' },
        pod: { terminationGracePeriodSeconds: 60 },
      });
      expectGood(await applyManifest(ground, [old]));
      expect((await verifyLogs(ground, {})).outputs.status).toBe('failed');
      expectGood(await applyManifest(ground, [web({ image: image.v2 })], { timeout: '2m' }));
      const step = await verifyLogs(ground, {}, { release: '2' });
      expectGood(step);
      expect(step.log).toMatch(/no line of level error or worse among \d+ lines of 1 pod/);
    },
  );

  realNodeTest('of a pod that is silent prove nothing', async () => {
    const ground = await playground('logs-silent');
    const silent = { imagePullPolicy: 'Never' };
    await ground.apply(web({ image: systemImage('pause'), container: silent, probe: false }));
    await ground.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    const step = await verifyLogs(ground, {});
    expect(step.outputs.status).toBe('inconclusive');
    expect(step.errors[0]).toContain(`${await podOf(ground)} has logged nothing since the start`);
    expectGood(await verifyLogs(ground, { 'require-lines': false }));
  });

  realNodeTest('are also those of a run that has crashed', async () => {
    const ground = await playground('logs-restarted');
    const crashing = web({
      image: image.v1,
      env: { CRASH_TIMES: '1', STATE_FILE: '/state/starts' },
      container: { volumeMounts: [{ name: 'state', mountPath: '/state' }] },
      pod: { volumes: [{ name: 'state', emptyDir: {} }] },
    });
    await ground.apply(crashing);
    await ground.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    const step = await verifyLogs(ground, {});
    expect(step.outputs.status).toBe('failed');
    expect(step.errors[0]).toContain('fatal: start 1 of 1 that fail');
  });

  realNodeTest('that crash while they are watched are not missed', async () => {
    const ground = await playground('logs-crash');
    await ground.apply(web({ image: image.v1, env: { EXIT_CODE: '3', EXIT_AFTER: '12s' } }));
    await ground.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    const step = await verifyLogs(ground, {}, { duration: '60s' });
    expect(step.outputs.status).toBe('failed');
    expect(step.errors[0]).toContain('did not stay good');
    expect(step.errors[0]).toContain('fatal: something went wrong on purpose');
  });

  realNodeTest('are not read without the permission, which is asked for', async () => {
    const ground = await playground('logs-rbac');
    await ground.apply(web({ image: image.v1 }));
    await ground.kubectl('rollout', 'status', 'deployment/web', '--timeout=60s');
    const watching = { verbs: ['get', 'list', 'watch'] };
    const rules = [
      {
        apiGroups: ['apps'],
        resources: ['deployments', 'replicasets'],
        ...watching,
        optional: false,
      },
      { apiGroups: [''], resources: ['pods', 'events'], ...watching, optional: false },
    ];
    const env = await userWith(ground, rules);
    const step = await verifyLogs(ground, {}, {}, { env });
    expect(step.outputs.status).toBe('error');
    expect(step.errors[0]).toContain('"resources":["pods/log"]');
  });
});

describe('compared with what the pods of before have logged', () => {
  realNodeTest('only a new kind of error counts', async () => {
    const ground = await playground('logs-before');
    const rollOut = async (version: 'v1' | 'v2', LOG: string) =>
      await applyWithKubectl(ground, web({ image: image[version], env: { LOG } }));
    const check = { baseline: 'before' };
    await rollOut('v1', 'ERROR cannot reach cache 1');
    const unknown = await verifyLogs(ground, check);
    expect(unknown.outputs.status).toBe('inconclusive');
    expect(unknown.errors[0]).toContain('what the pods of before have logged is not known');
    const before = await verifyLogs(ground, check, { phase: 'before', duration: '1s' });
    expectGood(before);
    const baseline = before.outputs.baseline ?? '';
    await rollOut('v2', 'ERROR cannot reach cache 2');
    expectGood(await verifyLogs(ground, check, { baseline }));
    await rollOut('v2', 'ERROR cannot reach cache 3\nERROR cannot pay');
    const step = await verifyLogs(ground, check, { baseline });
    expect(step.outputs.status).toBe('failed');
    expect(step.errors[0]).toContain('1 × ERROR cannot pay');
    expect(step.errors[0]).not.toContain('cannot reach cache');
  });

  realNodeTest('every kind counts of a first release', async () => {
    const ground = await playground('logs-first');
    const check = { baseline: 'before' };
    const before = await verifyLogs(ground, check, { phase: 'before', duration: '1s' });
    expect(before.exitCode).toBe(0);
    const baseline = before.outputs.baseline ?? '';
    await applyWithKubectl(ground, web({ image: image.v1, env: { LOG: 'ERROR cannot pay' } }));
    expect((await verifyLogs(ground, check, { baseline })).outputs.status).toBe('failed');
  });
});

describe('logs in Elasticsearch, which is a double,', () => {
  /** A release with one pod, and an Elasticsearch for its logs. */
  async function ground(label: string): Promise<{
    readonly ground: Playground;
    readonly double: ElasticsearchDouble;
    readonly pod: string;
    verify(more?: object, inputs?: Readonly<Record<string, string>>): Promise<StepResult>;
    say(message: string, level?: string): void;
  }> {
    const own = await playground(label);
    expectGood(await applyManifest(own, [web({ image: image.v1 })]));
    const double = await startElasticsearchDouble();
    afterTests(double.stop);
    const pod = await podOf(own);
    const { namespace } = own;
    return {
      ground: own,
      double,
      pod,
      verify: async (more = {}, inputs = {}) =>
        await verifyLogs(
          own,
          { elasticsearch: { lag: '30s', ...more } },
          { release: '1', 'elasticsearch-url': double.url, ...inputs },
        ),
      say: (message, level = 'info') => {
        double.documents.push(lineOf(pod, Date.now(), message, { level, namespace }));
      },
    };
  }

  realNodeTest('are good, and bad with the first error of the new pod', async () => {
    const { double, verify: ask, say } = await ground('logs-es');
    for (const field of ['level', 'kubernetes.pod_name', 'kubernetes.namespace_name']) {
      double.mapping[field] = 'text';
    }
    await delay(1_100);
    say('ready');
    expectGood(await ask());
    say('cannot pay order 12', 'error');
    const step = await ask();
    expect(step.outputs.status).toBe('failed');
    expect(step.errors[0]).toContain('1 × cannot pay order <n>');
  });

  realNodeTest('prove nothing before a line of the pod has come', async () => {
    const { pod, verify: ask } = await ground('logs-es-lag');
    const step = await ask();
    expect(step.outputs.status).toBe('inconclusive');
    expect(step.errors[0]).toContain(`no line of ${pod} has arrived in Elasticsearch yet`);
  });

  realNodeTest('are an error where a shard fails or the index is not there', async () => {
    const { double, verify: ask, say } = await ground('logs-es-broken');
    say('ready');
    double.trouble.failedShards = 1;
    const broken = await ask();
    expect(broken.outputs.status).toBe('error');
    expect(broken.errors[0]).toContain('1 of 5 shards');
    double.trouble.failedShards = 0;
    const missing = await ask({ index: 'logs' });
    expect(missing.outputs.status).toBe('error');
    expect(missing.errors[0]).toContain('no such index [logs]');
  });
});

describe('a smoke test', () => {
  const smoke = async (
    config: object,
    inputs: Readonly<Record<string, string>> = {},
    options: StepOptions = {},
  ): Promise<StepResult> =>
    await verify(
      { checks: JSON.stringify([{ smoke: { name: 'smoke', ...config } }]), ...inputs },
      options,
    );

  /** A workspace with a `bin/k6` that prints, and ends with this code; a stand-in of the real one. */
  async function withK6(code: number): Promise<StepOptions> {
    const workspace = await temporaryFolder('workspace');
    await mkdir(join(workspace, 'bin'));
    const file = join(workspace, 'bin', 'k6');
    await writeFile(
      file,
      `#!/bin/sh\necho "http_req_duration: p(95)<500 of $PAAL_URL"\nexit ${code}\n`,
    );
    await chmod(file, 0o755);
    return { workspace, env: { PATH: `${join(workspace, 'bin')}:${process.env.PATH}` } };
  }

  test.each([
    [0, 'succeeded'],
    [99, 'failed'],
    [107, 'error'],
  ] as const)('of k6 that ends with %i is %s', async (code, status) => {
    const url = 'https://shop.example';
    const step = await smoke(
      { run: 'k6 run smoke.js' },
      { url, duration: '5m' },
      await withK6(code),
    );
    expect(step.outputs.status).toBe(status);
    if (code === 0) return;
    expect(step.errors[0]).toContain(`k6 ended with ${code}`);
    expect(step.log).toContain('p(95)<500 of https://shop.example');
  });

  test('leaves no process when the run is cancelled', async () => {
    const workspace = await temporaryFolder('workspace');
    const file = join(workspace, 'child.pid');
    const running = until('the child runs', async () => {
      const text = await readFile(file, 'utf8').catch(() => '');
      return /^\d+\n$/.test(text) ? Number(text) : undefined;
    });
    let stop: ((signal: NodeJS.Signals) => void) | undefined;
    const step = smoke(
      { run: 'sleep 600 & echo $! > child.pid; wait' },
      { duration: '5m' },
      { workspace, onLog: (_, kill) => (stop = kill) },
    );
    const child = await running;
    stop?.('SIGINT');
    expect((await step).outputs.status).toBe('inconclusive');
    const state = await readFile(`/proc/${child}/stat`, 'utf8').catch(() => undefined);
    expect(state === undefined || / [ZX] /.test(state)).toBe(true);
  });
});
