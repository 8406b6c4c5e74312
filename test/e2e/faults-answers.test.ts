import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { userKubeconfig } from '../cluster/services/user.ts';
import { expired, failing, forbidden } from '../faults/answers.ts';
import {
  latency,
  loseAnswer,
  reset,
  resetMidway,
  stall,
  stallMidway,
} from '../faults/connections.ts';
import { startFaultProxy } from '../faults/fault-proxy.ts';
import { plainClient } from '../faults/plain-client.ts';
import { type FaultyGround, faultyGround, until } from './faults-fixture.ts';
import { afterTests, sharedCluster } from './fixture.ts';

let faulty: FaultyGround;

beforeAll(async () => {
  faulty = await faultyGround('faults-answers');
});

/** A proxy that signs in with another kubeconfig, and a client of it. */
async function proxyAs(kubeconfig: string) {
  const proxy = await startFaultProxy(sharedCluster(), kubeconfig);
  afterTests(() => proxy.stop());
  return { proxy, client: await plainClient(proxy.kubeconfig) };
}

/** A copy of the administrator's kubeconfig after some runs of `kubectl config`. */
async function changedKubeconfig(...changes: readonly (readonly string[])[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'paal-kubeconfig-'));
  afterTests(() => rm(folder, { recursive: true }));
  const kubeconfig = join(folder, 'kubeconfig');
  await copyFile(sharedCluster().kubeconfig, kubeconfig);
  for (const change of changes) {
    const args = ['--kubeconfig', kubeconfig, 'config', ...change];
    await execa(sharedCluster().kubectl, args);
  }
  return kubeconfig;
}

function configMap(name: string): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } };
}

async function namesInCluster(): Promise<string> {
  return await faulty.ground.kubectl('get', 'configmaps', '-o', 'name');
}

describe('a request is refused', () => {
  test.each([429, 500, 502, 503, 504] as const)(
    'with %i, as often as was asked for',
    async (code) => {
      const { proxy, client, configMaps } = faulty;
      const fault = proxy.inject(failing(code, { retryAfter: 7 }), { verb: 'list', times: 2 });
      for (let i = 0; i < 2; i += 1) {
        const answer = await client.send('GET', configMaps());
        expect(answer).toMatchObject({ status: code, headers: { 'retry-after': '7' } });
      }
      expect(await client.send('GET', configMaps())).toMatchObject({ status: 200 });
      expect(fault.hits).toBe(2);
      expect(proxy.requests.slice(-3).map(({ status, faults }) => [status, faults])).toEqual([
        [code, [`answered ${code}`]],
        [code, [`answered ${code}`]],
        [200, []],
      ]);
      fault.off();
    },
  );

  test('with a Status by the API server, or with a page by a load balancer', async () => {
    const { proxy, client, configMaps } = faulty;
    const status = proxy.inject(failing(503));
    const refused = await client.send('GET', configMaps());
    expect(refused.headers['content-type']).toBe('application/json');
    expect(JSON.parse(refused.body)).toMatchObject({ kind: 'Status', code: 503 });
    status.off();
    const page = proxy.inject(failing(503, { page: true }));
    const { headers, body } = await client.send('GET', configMaps());
    expect(headers['content-type']).toBe('text/html');
    expect(body).toMatch('<title>503 Service Temporarily Unavailable</title>');
    page.off();
  });

  test('only within the scope', async () => {
    const { proxy, client, configMaps } = faulty;
    const fault = proxy.inject(failing(500), {
      resource: 'configmaps',
      verb: ['get', 'create'],
      where: ({ query }) => query.dryRun !== 'All',
    });
    const statuses = [];
    for (const [method, path, body] of [
      ['GET', configMaps('kube-root-ca.crt'), undefined],
      ['POST', configMaps(), configMap('real')],
      ['POST', configMaps(undefined, { dryRun: 'All' }), configMap('rehearsed')],
      ['GET', configMaps(), undefined],
      ['GET', configMaps().replace('configmaps', 'secrets'), undefined],
    ] as const) {
      statuses.push((await client.send(method, path, body)).status);
    }
    expect(statuses).toEqual([500, 500, 201, 200, 200]);
    fault.off();
    expect(await namesInCluster()).not.toMatch('real');
  });

  test('by RBAC in the very words of the API server', async () => {
    const user = await userKubeconfig(sharedCluster(), { name: 'paal' });
    const { proxy, client } = await proxyAs(user);
    const { namespace } = faulty.ground;
    const [core, apps] = [
      `/api/v1/namespaces/${namespace}`,
      `/apis/apps/v1/namespaces/${namespace}`,
    ];
    for (const [method, path] of [
      ['GET', `${core}/events`],
      ['GET', `${core}/events?watch=true&fieldSelector=metadata.name%3Dweb`],
      ['GET', `${core}/pods?watch=true`],
      ['GET', `${core}/pods/web-1/log?container=web`],
      ['GET', '/api/v1/nodes'],
      ['GET', core],
      ['DELETE', `${apps}/deployments/web`],
      ['DELETE', `${apps}/deployments`],
    ] as const) {
      const real = await client.send(method, path);
      expect(real.status).toBe(403);
      const fault = proxy.inject(forbidden());
      const { status, headers, body } = await client.send(method, path);
      fault.off();
      expect({ path, status, body }).toEqual({ path, status: 403, body: real.body });
      expect(headers['content-type']).toBe(real.headers['content-type']);
    }
  });

  test('for watches, while lists stay allowed', async () => {
    const { proxy, client, configMaps } = faulty;
    const fault = proxy.inject(forbidden(), { verb: 'watch' });
    const watch = { watch: 'true' };
    expect(await client.send('GET', configMaps(undefined, watch))).toMatchObject({ status: 403 });
    expect(await client.send('GET', configMaps())).toMatchObject({ status: 200 });
    fault.off();
  });

  test('because the history is gone, where it asks for a point in it', async () => {
    const { proxy, client, configMaps } = faulty;
    const fault = proxy.inject(expired('status'));
    const at = (resourceVersion: string) =>
      client.send('GET', configMaps(undefined, { resourceVersion }));
    const { status, body } = await at('5');
    expect(status).toBe(410);
    expect(JSON.parse(body)).toMatchObject({ reason: 'Expired', code: 410 });
    expect(await at('0')).toMatchObject({ status: 200 });
    expect(await client.send('GET', configMaps())).toMatchObject({ status: 200 });
    fault.off();
  });

  test('when its token has expired, until it comes with the new one', async () => {
    const { proxy, client, configMaps } = faulty;
    const ask = async () => (await client.send('GET', configMaps())).status;
    proxy.expireToken();
    expect([await ask(), await ask()]).toEqual([401, 401]);
    await proxy.renewToken();
    expect(await ask()).toBe(200);
  });

  test('for its token in the very words of the API server', async () => {
    const { proxy, client } = await proxyAs(
      await changedKubeconfig(
        ['set-credentials', 'intruder', '--token=wrong'],
        ['set-context', '--current', '--user=intruder'],
      ),
    );
    const real = await client.send('GET', faulty.configMaps());
    proxy.expireToken();
    const ours = await client.send('GET', faulty.configMaps());
    expect([real.status, ours.status]).toEqual([401, 401]);
    expect(ours.body).toBe(real.body);
    expect(ours.headers['content-type']).toBe(real.headers['content-type']);
  });
});

describe('a connection', () => {
  const lost = expect.objectContaining({ code: 'ECONNRESET', syscall: 'read' });

  test('is reset before the request has an effect', async () => {
    const { proxy, client, configMaps } = faulty;
    const fault = proxy.inject(reset(), { verb: 'create' });
    await expect(client.send('POST', configMaps(), configMap('before'))).rejects.toEqual(lost);
    fault.off();
    expect(await namesInCluster()).not.toMatch('before');
    expect(proxy.requests.at(-1)).not.toHaveProperty('status');
  });

  test('is reset after the request has taken effect', async () => {
    const { proxy, client, configMaps } = faulty;
    const fault = proxy.inject(loseAnswer(), { verb: 'create' });
    await expect(client.send('POST', configMaps(), configMap('after'))).rejects.toEqual(lost);
    fault.off();
    expect(await namesInCluster()).toMatch('after');
  });

  test('is reset in the middle of the body', async () => {
    const { proxy, client, configMaps } = faulty;
    const fault = proxy.inject(resetMidway(), { verb: 'list' });
    const list = await client.open(configMaps());
    await until('the end', () => list.end !== 'open');
    expect(list).toMatchObject({ status: 200, end: 'ECONNRESET' });
    expect(list.chunks.length).toBeGreaterThan(0);
    fault.off();
  });

  test('is reset where the API server cannot be reached', async () => {
    const { stdout: cluster } = await execa(sharedCluster().kubectl, [
      ...['--kubeconfig', sharedCluster().kubeconfig, 'config', 'view', '--minify'],
      ...['-o', 'jsonpath={.clusters[0].name}'],
    ]);
    const { client } = await proxyAs(
      await changedKubeconfig(['set-cluster', cluster, '--server=https://127.0.0.1:1']),
    );
    await expect(client.send('GET', faulty.configMaps())).rejects.toEqual(lost);
  });

  test('is refused for a while, and taken on the same port again', async () => {
    const { proxy, client, configMaps } = faulty;
    const watch = await client.open(configMaps(undefined, { watch: 'true' }));
    await proxy.refuseConnections();
    await until('the end of the watch', () => watch.end !== 'open');
    expect(watch.end).toBe('ECONNRESET');
    const refused = expect.objectContaining({ code: 'ECONNREFUSED' });
    await expect(client.send('GET', configMaps())).rejects.toEqual(refused);
    await proxy.acceptConnections();
    expect(await client.send('GET', configMaps())).toMatchObject({ status: 200 });
  });

  test('stalls: what was asked has taken effect, and is answered when it goes on', async () => {
    const { proxy, client, configMaps } = faulty;
    const fault = proxy.inject(stall(), { verb: 'create' });
    let answered = false;
    const answer = client.send('POST', configMaps(), configMap('stalled')).finally(() => {
      answered = true;
    });
    await until('the stall', () => fault.hits === 1);
    expect(await namesInCluster()).toMatch('stalled');
    expect(answered).toBe(false);
    expect(proxy.requests.at(-1)).not.toHaveProperty('status');
    fault.off();
    expect(await answer).toMatchObject({ status: 201 });
  });

  test('stalls in the middle of the body', async () => {
    const { proxy, client, configMaps } = faulty;
    const fault = proxy.inject(stallMidway(), { verb: 'list' });
    const list = await client.open(configMaps());
    await until('the first half', () => list.chunks.length > 0);
    expect(() => JSON.parse(String(list.chunks[0]?.bytes))).toThrow();
    expect(list.end).toBe('open');
    fault.off();
    await until('the end', () => list.end === 'complete');
    expect(list.lines()).toHaveLength(1);
  });

  test('is slower', async () => {
    const { proxy, client, configMaps } = faulty;
    const fault = proxy.inject(latency(300));
    const before = performance.now();
    await client.send('GET', configMaps());
    expect(performance.now() - before).toBeGreaterThan(290);
    fault.off();
  });
});
