import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { startPrometheus } from '../cluster/services/prometheus.ts';
import { afterTests, realNodeTestInOrder, sharedCluster } from './fixture.ts';
import { startLoad } from './load.ts';
import {
  checkOut,
  type ReferenceSystem,
  referenceSystem,
  type Workspace,
} from './reference-system-fixture.ts';
import { tell } from './tell.ts';
import { until } from './until.ts';

/** As paal/setup names images: the environment and the commit. */
const [FIRST, SECOND] = [1, 2].map(() => `production-${randomBytes(20).toString('hex')}`) as [
  string,
  string,
];

let workspace: Workspace;
let system: ReferenceSystem;
let url: string;

beforeAll(async () => {
  workspace = await checkOut();
}, 600_000);

async function json(path: string): Promise<unknown> {
  return await (await fetch(`${url}${path}`)).json();
}

test('the lint, build, unit and integration tests of the reference system pass', async () => {
  for (const script of ['lint', 'build', 'test:unit']) await workspace.npm(['run', script]);
  const env = { TEST_MONGODB_URI: `${workspace.database.uri}integration` };
  const said = await workspace.npm(['run', 'test:integration'], env);
  expect(said).toMatch(/^ℹ fail 0$/m);
  expect(said).toMatch(/^ℹ skipped 0$/m);
});

describe('the reference system', () => {
  beforeAll(async () => {
    if (!sharedCluster().realNodes) return;
    system = await referenceSystem('reference', workspace);
    await system.migrate({ count: '1' });
    await system.build(FIRST);
    const step = await system.release(FIRST);
    if (step.outputs.status !== 'succeeded') throw new Error(step.log);
    ({ url } = await system.open('paal-frontend'));
  }, 900_000);

  realNodeTestInOrder(
    'is deployed as it stands, and every part says which release it is',
    async () => {
      expect(await json('/api/health')).toMatchObject({ status: 'ok', version: FIRST });
      expect(await json('/api/status')).toMatchObject({
        frontend: { version: FIRST },
        backend: { status: 'ok', version: FIRST },
      });
      const page = await (await fetch(url)).text();
      expect(page).toContain(FIRST);
      expect(page).toContain('Two-person tent');
    },
  );

  realNodeTestInOrder('shows what a migration brings, without a rollout', async () => {
    const tent = async () => {
      const { products } = (await json('/api/products')) as { products: { sku: string }[] };
      expect(products).toHaveLength(6);
      return products.find(({ sku }) => sku === 'TENT-2');
    };
    expect(await tent()).not.toHaveProperty('stock');
    const step = await system.migrate();
    expect(step.outputs).toMatchObject({ status: 'applied', 'applied-count': '1' });
    expect(await tent()).toHaveProperty('stock', 12);
  });

  realNodeTestInOrder('is scraped by its own Prometheus configuration, pod by pod', async () => {
    const { namespace, cluster } = system.ground;
    const read = (file: string) => readFile(join(workspace.directory, 'monitoring', file), 'utf8');
    const configuration = parse(await read('prometheus.yaml'));
    // What only this cluster needs: its namespace, its kubeconfig, and no patience.
    configuration.global.scrape_interval = '1s';
    configuration.rule_files = ['rules.yml'];
    const [discovery] = configuration.scrape_configs[0].kubernetes_sd_configs;
    discovery.namespaces.names = [namespace];
    discovery.kubeconfig_file = 'kubeconfig';
    const prometheus = await startPrometheus(
      cluster,
      { configuration: stringify(configuration), rules: await read('rules.yaml') },
      tell,
    );
    afterTests(prometheus.stop);
    const query = async (expression: string) => {
      const api = `${prometheus.url}/api/v1/query?query=${encodeURIComponent(expression)}`;
      const { data } = (await (await fetch(api)).json()) as {
        data: { result: { metric: { app: string }; value: [number, string] }[] };
      };
      return Object.fromEntries(data.result.map(({ metric, value }) => [metric.app, value[1]]));
    };
    const whole = { 'paal-backend': '3', 'paal-frontend': '3' };
    const up = `sum by (app) (up{namespace="${namespace}"}) == 3`;
    await until('all pods are scraped', async () => isDeepStrictEqual(await query(up), whole));
    const asked = `sum by (app) (http_requests_total{namespace="${namespace}",status="200"}) > 0`;
    expect(Object.keys(await query(asked)).sort()).toEqual(Object.keys(whole));
    const rules = await (await fetch(`${prometheus.url}/api/v1/rules`)).text();
    expect(rules).toContain('HighErrorRate');
  });

  realNodeTestInOrder(
    'loses no request of 8 connections while a release is rolled out',
    async () => {
      await system.build(SECOND);
      const load = await startLoad(system.ground, 'http://paal-frontend/api/health', 8);
      const step = await system.release(SECOND);
      const { fresh, kept } = await load.stop();
      expect(step.outputs).toMatchObject({ status: 'succeeded', changed: 'true' });
      expect(await json('/api/status')).toMatchObject({
        frontend: { version: SECOND },
        backend: { status: 'ok', version: SECOND },
      });
      tell(`requests during the rollout: ${JSON.stringify({ fresh, kept })}`);
      expect(fresh).toMatchObject({ lost: 0, reasons: {} });
      expect(kept).toMatchObject({ lost: 0, reasons: {} });
      expect(Math.min(fresh.answered, kept.answered)).toBeGreaterThan(200);
    },
  );
});
