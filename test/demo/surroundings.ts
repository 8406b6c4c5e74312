import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { parse, stringify } from 'yaml';
import { repositoryRoot } from '../../scripts/repository.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { startFerretDb } from '../cluster/services/ferretdb.ts';
import { startAlertmanager, startPrometheus } from '../cluster/services/prometheus.ts';
import { publish } from '../cluster/services/publish.ts';

/** The namespace of the environment "production" in examples/paal.yaml. */
export const NAMESPACE = 'paal';
const DATABASE = 'paal';

/** What is there before the first deployment, as operators would have set it up. */
export interface Surroundings {
  /** The load balancer in front of the frontend, as this machine reaches it. */
  readonly url: string;
  readonly prometheus: string;
  readonly alertmanager: string;
  /** The database, for migrations that are run on this machine. */
  readonly mongodbUri: string;
}

/** Runs kubectl in the demo's namespace; gives what it prints. */
export async function kubectl(
  cluster: Cluster,
  args: readonly string[],
  input = '',
): Promise<string> {
  const base = ['--kubeconfig', cluster.kubeconfig, '--namespace', NAMESPACE];
  return (await execa(cluster.kubectl, [...base, ...args], { input })).stdout;
}

/** It stands in for the nginx of the process: what users reach does not change with a release. */
const loadBalancer = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'load-balancer' },
  spec: {
    selector: { 'app.kubernetes.io/name': 'paal-frontend' },
    ports: [{ port: 80, targetPort: 'http' }],
  },
};

/** Whoever is told of alerts is not there: what counts is that they are known. */
const ALERTS = 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n';

/** The example's own configuration, at a pace that suits a demo. */
async function prometheusFiles(
  alertmanager: string,
): Promise<{ configuration: string; rules: string }> {
  const folder = join(repositoryRoot, 'examples/monitoring');
  const configuration = parse(await readFile(join(folder, 'prometheus.yaml'), 'utf8'));
  configuration.global = { scrape_interval: '1s', evaluation_interval: '1s' };
  configuration.rule_files = ['rules.yml'];
  configuration.alerting.alertmanagers[0].static_configs[0].targets = [alertmanager];
  // Nothing else of the monitoring is in this cluster.
  configuration.scrape_configs.length = 1;
  configuration.scrape_configs[0].kubernetes_sd_configs[0].kubeconfig_file = 'kubeconfig';
  return {
    configuration: stringify(configuration),
    rules: await readFile(join(folder, 'rules.yaml'), 'utf8'),
  };
}

/** Starts database and monitoring beside the cluster, and makes what the first release needs. */
export async function surround(
  cluster: Cluster,
  progress: (line: string) => void,
): Promise<Surroundings> {
  const database = await startFerretDb(cluster, progress);
  const alertmanager = await startAlertmanager(cluster, { configuration: ALERTS }, progress);
  const { host } = new URL(alertmanager.clusterUrl ?? alertmanager.url);
  const prometheus = await startPrometheus(cluster, await prometheusFiles(host), progress);
  await kubectl(cluster, ['create', 'namespace', NAMESPACE]);
  const uri = `${database.clusterUri}${DATABASE}`;
  const secret = [
    'create',
    'secret',
    'generic',
    'paal-backend',
    `--from-literal=MONGODB_URI=${uri}`,
  ];
  await kubectl(cluster, secret);
  await kubectl(cluster, ['apply', '-f', '-'], JSON.stringify(loadBalancer));
  const address = ['get', 'service', 'load-balancer', '-o', 'jsonpath={.spec.clusterIP}'];
  const published = await publish(cluster, { host: await kubectl(cluster, address), port: 80 });
  return {
    url: published.url,
    prometheus: prometheus.url,
    alertmanager: alertmanager.url,
    mongodbUri: `${database.uri}${DATABASE}`,
  };
}
