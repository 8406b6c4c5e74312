import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { MongoClient } from 'mongodb';
import { type Cluster, startCluster, stopCluster } from '../cluster/cluster.ts';
import { startApiServer, stopApiServer } from '../cluster/services/api-server.ts';
import { startFerretDb } from '../cluster/services/ferretdb.ts';
import { startAlertmanager } from '../cluster/services/prometheus.ts';
import { publish } from '../cluster/services/publish.ts';
import { startService } from '../cluster/services/service.ts';
import { userKubeconfig } from '../cluster/services/user.ts';
import { afterTests } from './fixture.ts';

const NAME = 'e2e-services';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ name: NAME }, () => {});
}, 300_000);
afterTests(() => stopCluster(NAME));

async function kubectl(...args: readonly string[]): Promise<string> {
  return (await execa(cluster.kubectl, ['--kubeconfig', cluster.kubeconfig, ...args])).stdout;
}

describe('the API server', () => {
  test('refuses connections when it is stopped, and comes back with all it knew, where it was', async () => {
    await kubectl('create', 'configmap', 'remembered', '-n', 'default');
    const server = await kubectl('config', 'view', '-o', 'jsonpath={..cluster.server}');
    await stopApiServer(cluster);
    await expect(fetch(server)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    await expect(kubectl('get', 'nodes')).rejects.toThrow(/refused/);
    await startApiServer(cluster);
    expect(await kubectl('get', 'configmap', 'remembered', '-n', 'default', '-o', 'name')).toBe(
      'configmap/remembered',
    );
    await kubectl('create', 'deployment', 'after', '--image=none.invalid/x', '-n', 'default');
    await kubectl(
      'wait',
      '--for=create',
      'pod',
      '-l',
      'app=after',
      '-n',
      'default',
      '--timeout=60s',
    );
  });
});

describe('a service beside the cluster', () => {
  test('is a database of its own, and gone when it is stopped', async () => {
    const [one, other] = await Promise.all([startFerretDb(cluster), startFerretDb(cluster)]);
    const marks = async (uri: string) => {
      const client = await MongoClient.connect(uri, { serverSelectionTimeoutMS: 1_000 });
      try {
        const collection = client.db('shop').collection('marks');
        await collection.insertOne({ of: uri });
        return await collection.countDocuments();
      } finally {
        await client.close();
      }
    };
    expect([await marks(one.uri), await marks(other.uri)]).toEqual([1, 1]);
    await one.stop();
    await expect(marks(one.uri)).rejects.toThrow(/ECONNREFUSED/);
    expect(await marks(other.uri)).toBe(2);
    await other.stop();
  });

  test('is an Alertmanager that takes alerts', async () => {
    const configuration = 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n';
    const { url, stop } = await startAlertmanager(cluster, { configuration });
    const body = JSON.stringify([{ labels: { alertname: 'HighErrorRate' } }]);
    const headers = { 'content-type': 'application/json' };
    const posted = await fetch(`${url}/api/v2/alerts`, { method: 'POST', headers, body });
    expect(posted.status).toBe(200);
    const alerts = (await (await fetch(`${url}/api/v2/alerts`)).json()) as { labels: unknown }[];
    expect(alerts.map(({ labels }) => labels)).toEqual([{ alertname: 'HighErrorRate' }]);
    await stop();
  }, 600_000);

  test('that cannot start is named with the end of its log, and leaves no folder', async () => {
    let own = '';
    const broken = startService(cluster, {
      name: 'broken',
      command: 'sh',
      args: (_, folder) => {
        own = folder;
        return ['-c', 'echo the disk is full; exit 3'];
      },
      isReady: async () => false,
    });
    await expect(broken).rejects.toThrow(
      /^broken-\d+ exited with code 3. Its log ends with:\nthe disk is full$/,
    );
    expect(existsSync(own)).toBe(false);
  });
});

test('an address in the cluster is published on a port of this machine, until that is stopped', async () => {
  const port = Number(cluster.registry.split(':')[1]);
  const { url, stop } = await publish(cluster, { host: '127.0.0.1', port });
  expect((await fetch(`${url}/v2/`)).status).toBe(200);
  await stop();
  await expect(fetch(url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
});

test('a user of its own may do what a RoleBinding grants, and nothing before', async () => {
  const kubeconfig = await userKubeconfig(cluster, { name: 'jane', groups: ['deployers'] });
  const asJane = async (...args: readonly string[]) =>
    (await execa(cluster.kubectl, ['--kubeconfig', kubeconfig, ...args])).stdout;
  await expect(asJane('get', 'pods')).rejects.toThrow(/User "jane" cannot list resource "pods"/);
  await kubectl('create', 'rolebinding', 'deployers', '--clusterrole=edit', '--group=deployers');
  await asJane('create', 'configmap', 'hers');
  await expect(asJane('get', 'nodes')).rejects.toThrow(/cannot list resource "nodes"/);
});
