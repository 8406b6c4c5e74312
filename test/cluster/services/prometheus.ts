import { readFile } from 'node:fs/promises';
import type { Cluster } from '../cluster.ts';
import { identityFiles } from '../control-plane/identities.ts';
import { ensurePrograms } from '../programs/programs.ts';
import type { Progress } from '../progress.ts';
import { answers, httpUrl, startService } from './service.ts';

/** An HTTP server that runs beside a cluster. */
export interface WebService {
  /** For the host. */
  readonly url: string;
  /** For pods, and for other services of the cluster; undefined where they cannot reach it. */
  readonly clusterUrl: string | undefined;
  stop(): Promise<void>;
}

export interface PrometheusOptions {
  /**
   * The text of prometheus.yml. Beside it lie the files `kubeconfig`, the administrator's access to
   * the cluster for `kubernetes_sd_configs: [{role: pod, kubeconfig_file: kubeconfig}]`, and
   * `rules.yml`, which takes a `rule_files: [rules.yml]`. Pods are scraped at their own IPs, and
   * Services are found by name where nodes are real.
   */
  readonly configuration: string;
  /** The text of rules.yml. */
  readonly rules?: string;
}

/** The administrator's kubeconfig for use from where the services of a cluster run. */
async function kubeconfigForServices({ provider, directory, kubeconfig }: Cluster) {
  const file =
    provider === 'local' ? identityFiles(directory).kubeconfig('administrator') : kubeconfig;
  return await readFile(file, 'utf8');
}

/** Starts a Prometheus, and resolves when it is ready. It reloads on `POST /-/reload`. */
export async function startPrometheus(
  cluster: Cluster,
  { configuration, rules = 'groups: []\n' }: PrometheusOptions,
  progress: Progress = () => {},
): Promise<WebService> {
  const name = configuration.includes('kubernetes_sd_configs')
    ? 'prometheus'
    : 'prometheus-without-discovery';
  const { [name]: command } = await ensurePrograms([name], progress);
  const { fromHost, fromPods, stop } = await startService(cluster, {
    name: 'prometheus',
    command,
    args: (listen, folder) => [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=${listen}`,
      '--web.enable-lifecycle',
      '--log.level=warn',
    ],
    files: {
      'prometheus.yml': configuration,
      'rules.yml': rules,
      kubeconfig: await kubeconfigForServices(cluster),
    },
    isReady: (address) => answers(address, '/-/ready'),
  });
  return { url: httpUrl(fromHost), clusterUrl: fromPods && httpUrl(fromPods), stop };
}

/** Starts an Alertmanager of its own, and resolves when it is ready. */
export async function startAlertmanager(
  cluster: Cluster,
  { configuration }: { readonly configuration: string },
  progress: Progress = () => {},
): Promise<WebService> {
  const { alertmanager } = await ensurePrograms(['alertmanager'], progress);
  const { fromHost, fromPods, stop } = await startService(cluster, {
    name: 'alertmanager',
    command: alertmanager,
    args: (listen, folder) => [
      `--config.file=${folder}/alertmanager.yml`,
      `--storage.path=${folder}/data`,
      `--web.listen-address=${listen}`,
      '--cluster.listen-address=',
      '--log.level=warn',
    ],
    files: { 'alertmanager.yml': configuration },
    isReady: (address) => answers(address, '/-/ready'),
  });
  return { url: httpUrl(fromHost), clusterUrl: fromPods && httpUrl(fromPods), stop };
}
