import { beforeAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { type Cluster, startCluster, stopCluster } from '../cluster/cluster.ts';
import { localTest } from './cluster-command.ts';
import { footprint } from './cluster-traces.ts';
import { afterTests, sharedCluster } from './fixture.ts';
import { probeImage } from './probe-image.ts';

const NAMES = ['e2e-left', 'e2e-right'] as const;

let left: Cluster;
let right: Cluster;
beforeAll(async () => {
  const quietly = () => {};
  const both = NAMES.map((name) => startCluster({ name }, quietly));
  [left, right] = (await Promise.all(both)) as [Cluster, Cluster];
}, 300_000);
afterTests(() => Promise.all(NAMES.map(stopCluster)));

async function kubectl(cluster: Cluster, ...args: readonly string[]): Promise<string> {
  return (await execa(cluster.kubectl, ['--kubeconfig', cluster.kubeconfig, ...args])).stdout;
}

async function server(cluster: Cluster): Promise<string> {
  return await kubectl(cluster, 'config', 'view', '-o', 'jsonpath={..cluster.server}');
}

describe('two clusters side by side', () => {
  test('have folders, API servers and registries of their own', async () => {
    expect(left.directory).not.toBe(right.directory);
    expect(left.registry).not.toBe(right.registry);
    expect(await server(left)).not.toBe(await server(right));
    await kubectl(left, 'create', 'namespace', 'only-here');
    const namespaces = await kubectl(right, 'get', 'namespaces', '-o', 'name');
    expect(namespaces).not.toContain('only-here');
  });

  localTest('run pods at the same time, and neither sees a process of the other', async () => {
    const addresses = await Promise.all(
      [left, right].map(async (cluster) => {
        const image = await probeImage(cluster.registry);
        await kubectl(cluster, 'run', 'web', `--image=${image}`, '--', 'serve');
        await kubectl(cluster, 'wait', 'pod/web', '--for=condition=Ready', '--timeout=60s');
        return await kubectl(cluster, 'get', 'pod', 'web', '-o', 'jsonpath={.status.podIP}');
      }),
    );
    // Their networks are apart: the same address leads to another pod in each.
    for (const [index, cluster] of [left, right].entries()) {
      const url = `http://${addresses[index]}:8080`;
      const image = await probeImage(cluster.registry);
      const args = ['--image', image, '--restart=Never', '--', 'fetch', url, '5'];
      await kubectl(cluster, 'run', 'client', ...args);
      const succeeded = '--for=jsonpath={.status.phase}=Succeeded';
      await kubectl(cluster, 'wait', 'pod/client', succeeded, '--timeout=60s');
      expect(await kubectl(cluster, 'logs', 'client')).toBe('5 web');
    }
    const [one, other] = await Promise.all([left, right].map((each) => footprint(each.directory)));
    const shared = one?.namespaces.filter((name) => other?.namespaces.includes(name));
    expect(shared).toEqual([]);
    expect(one?.processes.filter(({ command }) => command === 'podprobe')).toHaveLength(1);
    expect(other?.processes.filter(({ command }) => command === 'podprobe')).toHaveLength(1);
  });

  test('end alone: the other one goes on', async () => {
    await stopCluster('e2e-left');
    expect(await kubectl(right, 'get', '--raw', '/readyz')).toBe('ok');
    expect((await fetch(`http://${right.registry}/v2/`)).status).toBe(200);
    await expect(fetch(`http://${left.registry}/v2/`)).rejects.toThrow();
    expect(sharedCluster().directory).not.toBe(right.directory);
  });
});
