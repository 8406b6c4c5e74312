import type { Cluster } from '../cluster.ts';
import { ensurePrograms } from '../programs/programs.ts';
import type { Progress } from '../progress.ts';
import type { WebService } from './prometheus.ts';
import { answers, httpUrl, startService } from './service.ts';

/** Starts a Pushgateway without metrics, and resolves when it is ready. */
export async function startPushgateway(
  cluster: Cluster,
  progress: Progress = () => {},
): Promise<WebService> {
  const { pushgateway } = await ensurePrograms(['pushgateway'], progress);
  const { fromHost, fromPods, stop } = await startService(cluster, {
    name: 'pushgateway',
    command: pushgateway,
    args: (listen) => [`--web.listen-address=${listen}`, '--log.level=warn'],
    isReady: (address) => answers(address, '/-/ready'),
  });
  return { url: httpUrl(fromHost), clusterUrl: fromPods && httpUrl(fromPods), stop };
}
