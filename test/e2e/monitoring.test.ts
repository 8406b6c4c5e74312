import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { repositoryRoot } from '../../scripts/repository.ts';
import { startAlertmanager, startPrometheus } from '../cluster/services/prometheus.ts';
import { startPushgateway } from '../cluster/services/pushgateway.ts';
import { afterTests, playground, realNodeTestInOrder, sharedCluster } from './fixture.ts';
import { probeImage } from './probe-image.ts';
import { tell } from './tell.ts';
import { until } from './until.ts';

const FOLDER = join(repositoryRoot, 'examples/monitoring');

async function kubectl(...args: readonly string[]): Promise<string> {
  const { kubectl: program, kubeconfig } = sharedCluster();
  return (await execa(program, ['--kubeconfig', kubeconfig, ...args])).stdout;
}

async function readExample(file: string): Promise<string> {
  return await readFile(join(FOLDER, file), 'utf8');
}

describe('the monitoring of the reference system', () => {
  test('is accepted by the API server as it stands, every object of it', async () => {
    await kubectl('create', 'namespace', 'monitoring');
    afterTests(() => kubectl('delete', 'namespace', 'monitoring', '--wait=false'));
    const rendered = parseAllDocuments(await kubectl('kustomize', FOLDER)).map((document) => {
      const { kind, metadata } = document.toJS() as { kind: string; metadata: { name: string } };
      return `${kind.toLowerCase()}/${metadata.name}`;
    });
    const validated = await kubectl(
      ...['apply', '-k', FOLDER, '--dry-run=server', '--validate=strict'],
    );
    const accepted = validated.split('\n').map((line) => {
      const [, kind, name] = /^([a-z]+)[a-z0-9./-]*\/(\S+) .+ \(server dry run\)$/.exec(line) ?? [];
      return `${kind}/${name}`;
    });
    expect(rendered.length).toBeGreaterThan(25);
    expect(accepted.sort()).toEqual([...rendered].sort());
  });

  test('pages about what is critical, tells the chat the rest, and not what a page covers', async () => {
    const configuration = parse(await readExample('alertmanager.yaml'));
    // The Alertmanager of some systems knows no url_file for webhooks yet; nobody listens here.
    for (const receiver of configuration.receivers) {
      receiver.webhook_configs = [{ url: 'http://127.0.0.1:9/' }];
    }
    const { url, stop } = await startAlertmanager(
      sharedCluster(),
      { configuration: stringify(configuration) },
      tell,
    );
    afterTests(stop);
    const alerts = [
      { labels: { alertname: 'HighErrorRate', severity: 'critical', namespace: 'paal' } },
      { labels: { alertname: 'HighResponseTime', severity: 'warning', namespace: 'paal' } },
      { labels: { alertname: 'HighResponseTime', severity: 'warning', namespace: 'paal-dev' } },
    ];
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(alerts);
    await fetch(`${url}/api/v2/alerts`, { method: 'POST', headers, body });
    const told = await until('all alerts are judged', async () => {
      const answer = await fetch(`${url}/api/v2/alerts`);
      const all = (await answer.json()) as {
        labels: { severity: string; namespace: string };
        receivers: { name: string }[];
        status: { state: string };
      }[];
      const judged = all.every(({ status }) => status.state !== 'unprocessed');
      return (
        all.length === 3 &&
        judged &&
        all.map(({ labels, receivers, status }) =>
          [labels.namespace, receivers.map(({ name }) => name), status.state].join(' '),
        )
      );
    });
    expect(told.sort()).toEqual([
      'paal chat suppressed',
      'paal pager active',
      'paal-dev chat active',
    ]);
  });

  realNodeTestInOrder(
    'says of each metric which namespace, app, pod and release it is of, pushed ones too',
    async () => {
      const { namespace, cluster, kubectl: kubectlHere, apply } = await playground('monitoring');
      const labels = { 'app.kubernetes.io/name': 'shop' };
      await apply({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'shop' },
        spec: {
          selector: { matchLabels: labels },
          template: {
            metadata: {
              labels,
              annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '8080' },
            },
            spec: {
              containers: [
                { name: 'shop', image: await probeImage(cluster.registry), args: ['serve'] },
              ],
            },
          },
        },
      });
      await kubectlHere('rollout', 'status', 'deployment/shop', '--timeout=60s');

      const pushgateway = await startPushgateway(cluster, tell);
      afterTests(pushgateway.stop);
      const pushed = await fetch(`${pushgateway.url}/metrics/job/paal/namespace/${namespace}`, {
        method: 'POST',
        body: 'paal_releases_total 3\n',
      });
      expect(pushed.status).toBe(200);

      const configuration = parse(await readExample('prometheus.yaml'));
      // What only this cluster needs: its namespace, its kubeconfig, and no patience.
      configuration.global.scrape_interval = '1s';
      configuration.rule_files = ['rules.yml'];
      const [pods, , gateway] = configuration.scrape_configs;
      pods.kubernetes_sd_configs[0].namespaces.names = [namespace];
      pods.kubernetes_sd_configs[0].kubeconfig_file = 'kubeconfig';
      const { host } = new URL(pushgateway.clusterUrl ?? pushgateway.url);
      gateway.static_configs = [{ targets: [host] }];
      const prometheus = await startPrometheus(
        cluster,
        {
          configuration: stringify(configuration),
          rules: await readExample('rules-by-namespace.yaml'),
        },
        tell,
      );
      afterTests(prometheus.stop);
      const labelsOf = async (query: string) => {
        const api = `${prometheus.url}/api/v1/query?query=${encodeURIComponent(query)}`;
        const { data } = (await (await fetch(api)).json()) as {
          data: { result: { metric: Record<string, string> }[] };
        };
        return data.result[0]?.metric;
      };
      const hash = 'jsonpath={.items[0].metadata.labels.pod-template-hash}';
      expect(await until('the pod is scraped', () => labelsOf('up{job="pods"}'))).toMatchObject({
        namespace,
        app: 'shop',
        pod: expect.stringMatching(/^shop-/),
        pod_template_hash: await kubectlHere('get', 'pods', '-o', hash),
      });
      const releases = () => labelsOf('paal_releases_total');
      expect(await until('the Pushgateway is scraped', releases)).toMatchObject({
        namespace,
        job: 'paal',
      });
      const rules = await (await fetch(`${prometheus.url}/api/v1/rules`)).text();
      expect(rules).toContain('NoRequests');
      const managers = await (await fetch(`${prometheus.url}/api/v1/alertmanagers`)).text();
      expect(managers).toContain('alertmanager.monitoring.svc:9093');
    },
  );
});
