import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { ensurePrograms } from '../cluster/programs/programs.ts';
import { until } from '../e2e/until.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { readText, readYaml } from './repository-files.ts';

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly datasource: { readonly uid: string };
  readonly gridPos: Readonly<Record<'x' | 'y' | 'w' | 'h', number>>;
  readonly fieldConfig: {
    readonly defaults: {
      readonly unit?: string;
      readonly thresholds?: { readonly steps: readonly { readonly value: number | null }[] };
    };
  };
  readonly targets: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly datasource: { readonly uid: string };
  }[];
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly datasource?: { uid: string } }[];
  };
  readonly annotations: { readonly list: readonly { target?: { tags?: readonly string[] } }[] };
}

const FOLDER = 'examples/monitoring';
const { panels, templating, annotations } = JSON.parse(
  await readText(`${FOLDER}/grafana/dashboard.json`),
) as Dashboard;
const queries = panels.flatMap(({ title, targets }) =>
  targets.map(({ refId, expr }) => ({ name: `${title}, ${refId}`, expr })),
);

/** Two pods with the metrics of the reference system, and what kube-state-metrics says of them. */
function metrics(pod: string, scrapes: number): string {
  return `http_requests_total{method="GET",route="/",status="200"} ${scrapes * 10}
http_requests_total{method="GET",route="/",status="500"} ${scrapes}
http_request_duration_seconds_bucket{le="1",method="GET",route="/"} ${scrapes * 10}
http_request_duration_seconds_bucket{le="+Inf",method="GET",route="/"} ${scrapes * 11}
http_request_duration_seconds_count{method="GET",route="/"} ${scrapes * 11}
process_resident_memory_bytes 50000000
nodejs_eventloop_lag_p99_seconds 0.01
kube_pod_container_status_restarts_total{namespace="paal",pod="${pod}",container="app"} ${scrapes}
`;
}

let pods: Server;
let prometheus: ChildProcess;
let url: string;

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

beforeAll(async () => {
  const name = 'prometheus-without-discovery';
  const { [name]: program } = await ensurePrograms([name], () => {});
  let scrapes = 0;
  pods = createServer((request, response) => {
    scrapes += 1;
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(metrics((request.url ?? '').slice(1), scrapes));
  }).listen(0, '127.0.0.1');
  await once(pods, 'listening');
  const { port } = pods.address() as AddressInfo;
  const folder = await temporaryFolder('prometheus');
  const scrape_configs = ['paal-frontend', 'paal-backend'].map((app) => ({
    job_name: app,
    metrics_path: `/${app}-5d4f8-x2v`,
    honor_labels: true,
    static_configs: [
      {
        targets: [`127.0.0.1:${port}`],
        labels: { namespace: 'paal', app, pod: `${app}-5d4f8-x2v`, pod_template_hash: '5d4f8' },
      },
    ],
  }));
  const configuration = stringify({ global: { scrape_interval: '1s' }, scrape_configs });
  await writeFile(join(folder, 'prometheus.yaml'), configuration);
  const address = `127.0.0.1:${await freePort()}`;
  url = `http://${address}`;
  prometheus = spawn(
    program,
    [
      `--config.file=${folder}/prometheus.yaml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=${address}`,
    ],
    { stdio: 'ignore' },
  );
  const ready = async () => (await fetch(`${url}/-/ready`)).ok;
  await until('Prometheus is ready', () => ready().catch(() => false));
}, 600_000);

afterAll(async () => {
  if (prometheus?.exitCode === null) {
    prometheus.kill('SIGKILL');
    await once(prometheus, 'exit');
  }
  pods?.close();
});

/** Asks as Grafana does, with the variables filled in. */
async function ask(expr: string) {
  const query = expr
    .replaceAll('$namespace', 'paal')
    .replaceAll('$app', '.+')
    .replaceAll('$__rate_interval', '20s');
  const body = new URLSearchParams({ query });
  const response = await fetch(`${url}/api/v1/query`, { method: 'POST', body });
  return (await response.json()) as {
    readonly status: string;
    readonly error?: string;
    readonly data?: { readonly result: readonly { readonly value: readonly [number, string] }[] };
  };
}

describe.each(queries)('the query of "$name"', ({ expr }) => {
  test('is valid, and draws something for the metrics of the reference system', async () => {
    expect(await ask(expr)).not.toHaveProperty('error');
    await until(`something for ${expr}`, async () => {
      const { data } = await ask(expr);
      return data?.result.some(({ value: [, number] }) => number !== 'NaN');
    });
  }, 60_000);
});

describe('the dashboard', () => {
  test('asks for no metric that the reference system and kube-state-metrics do not have', async () => {
    const asked = new Set(queries.flatMap(({ expr }) => expr.match(/\w+(?=\{)/g) ?? []));
    const own = await readText('examples/backend/src/metrics.js');
    const names = [...own.matchAll(/name: '(\w+)'/g)].flatMap(([, name]) => [
      name,
      `${name}_bucket`,
    ]);
    // Prometheus's own, prom-client's default metrics, and kube-state-metrics.
    const others = [
      'up',
      'process_resident_memory_bytes',
      'nodejs_eventloop_lag_p99_seconds',
      'kube_pod_container_status_restarts_total',
    ];
    expect([...asked].filter((name) => ![...names, ...others].includes(name))).toEqual([]);
    expect(asked).toContain('http_request_duration_seconds_bucket');
  });

  test('has panels with a title, a unit, the data source of the variable, and an id of their own', () => {
    expect(panels.length).toBeGreaterThan(10);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { title, datasource, fieldConfig, targets } of panels) {
      expect(title).not.toBe('');
      expect(fieldConfig.defaults.unit).toMatch(/^\w+$/);
      const sources = [datasource, ...targets.map((target) => target.datasource)];
      expect(sources.map(({ uid }) => uid).filter((uid) => uid !== `\${datasource}`)).toEqual([]);
    }
  });

  test('has panels that lie in the grid of 24 columns, none over another', () => {
    const taken = new Map<string, string>();
    for (const { title, gridPos } of panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect([title, taken.get(`${x},${y}`)]).toEqual([title, undefined]);
          taken.set(`${x},${y}`, title);
        }
      }
    }
  });

  test('defines every variable that it uses, all of the same data source', () => {
    const names = templating.list.map(({ name }) => name);
    expect(names).toEqual(['datasource', 'namespace', 'app']);
    const [, ...asking] = templating.list;
    expect(asking.map(({ datasource }) => datasource?.uid)).toEqual(
      asking.map(() => `\${datasource}`),
    );
    const used = JSON.stringify([panels, annotations]).match(/\$\{?[a-z]\w*/g) ?? [];
    expect(new Set(used.map((one) => one.replace(/^\$\{?/, '')))).toEqual(new Set(names));
  });

  test('shows the deployments of its namespace', () => {
    const tags = annotations.list.map(({ target }) => target?.tags);
    expect(tags).toContainEqual(['paal', '$namespace']);
  });

  test('draws the limits of the alerts where they are', async () => {
    const { groups } = await readYaml<{ groups: { rules: { alert: string; expr: string }[] }[] }>(
      `${FOLDER}/rules.yaml`,
    );
    const limits = new Map(
      groups.flatMap(({ rules }) =>
        rules.map(({ alert, expr }) => [alert, Number(/> ([\d.]+)$/.exec(expr)?.[1])] as const),
      ),
    );
    const drawn = (start: string) =>
      panels
        .filter(({ title }) => title.startsWith(start))
        .map(({ fieldConfig }) => fieldConfig.defaults.thresholds?.steps.at(-1)?.value);
    expect(new Set(drawn('Error ratio'))).toEqual(new Set([limits.get('HighErrorRate')]));
    expect(new Set(drawn('Response time'))).toEqual(new Set([limits.get('HighResponseTime')]));
  });
});
