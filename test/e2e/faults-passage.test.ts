import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { startFaultProxy } from '../faults/fault-proxy.ts';
import { plainClient } from '../faults/plain-client.ts';
import { openWatches, type RecordedRequest } from '../faults/requests.ts';
import { type FaultyGround, faultyGround, until } from './faults-fixture.ts';
import { afterTests, realNodeTest, sharedCluster } from './fixture.ts';
import { versions } from './rollout-fixture.ts';
import { web } from './workloads.ts';

let faulty: FaultyGround;

beforeAll(async () => {
  faulty = await faultyGround('faults-passage');
});

function asKubectl(args: readonly string[]): readonly string[] {
  const { ground, proxy } = faulty;
  return ['--kubeconfig', proxy.kubeconfig, '--namespace', ground.namespace, ...args];
}

/** Runs kubectl through the proxy. */
async function through(args: readonly string[], input = ''): Promise<string> {
  return (await execa(sharedCluster().kubectl, asKubectl(args), { input })).stdout;
}

/** Starts a kubectl through the proxy that does not end by itself. */
function start(args: readonly string[]): { output(): string; stop(): void } {
  const child = spawn(sharedCluster().kubectl, asKubectl(args), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  afterTests(async () => child.kill('SIGKILL'));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  return { output: () => output, stop: () => child.kill('SIGKILL') };
}

function ofConfigMaps(verb: string): readonly RecordedRequest[] {
  return faulty.proxy.requests.filter(
    (request) => request.resource === 'configmaps' && request.verb === verb,
  );
}

describe('without a fault, kubectl', () => {
  test('gets through the proxy what it gets without', async () => {
    for (const args of [
      ['get', 'configmaps,serviceaccounts', '-o', 'yaml'],
      ['get', 'configmap', 'kube-root-ca.crt'],
      ['get', '--raw', '/apis/apps/v1'],
    ]) {
      const aged = / +\d+\w+$/gm;
      const direct = await faulty.ground.kubectl(...args);
      expect((await through(args)).replace(aged, '')).toBe(direct.replace(aged, ''));
    }
  });

  test('applies, changes and deletes', async () => {
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'written' },
      data: { greeting: 'grüß dich' },
    };
    await through(['apply', '-f', '-'], JSON.stringify(object));
    await through(['patch', 'configmap', 'written', '-p', '{"data":{"more":"1"}}']);
    const { data } = await faulty.ground.get<typeof object>('configmap', 'written');
    expect(data).toEqual({ greeting: 'grüß dich', more: '1' });
    await through(['delete', 'configmap', 'written']);
    expect(await faulty.ground.kubectl('get', 'configmaps', '-o', 'name')).not.toMatch('written');
  });

  test('is told why the API server refuses', async () => {
    await expect(through(['get', 'configmap', 'nothing'])).rejects.toThrow(
      'Error from server (NotFound): configmaps "nothing" not found',
    );
  });

  test('watches, event by event, by one list and one open watch', async () => {
    const before = ofConfigMaps('list').length;
    const watch = start(['get', 'configmaps', '--watch', '-o', 'name']);
    await until('the list', () => watch.output().includes('kube-root-ca.crt'));
    await faulty.create('watched');
    await until('the event', () => watch.output().includes('watched'));

    const [list] = ofConfigMaps('list').slice(before);
    expect(ofConfigMaps('list')).toHaveLength(before + 1);
    expect(list).toMatchObject({ method: 'GET', status: 200, watch: false, faults: [] });
    expect(list?.closedAt).toBeGreaterThan(list?.openedAt ?? Number.POSITIVE_INFINITY);
    const [open] = openWatches(faulty.proxy.requests);
    expect(open).toMatchObject({ verb: 'watch', status: 200, query: { watch: 'true' } });

    watch.stop();
    await until('its end', () => openWatches(faulty.proxy.requests).length === 0);
  });

  // Its watch begins with the list, and is one that the API server would compress.
  test('waits for a change', async () => {
    await faulty.create('awaited');
    const before = ofConfigMaps('watch').length;
    const wait = through(['wait', '--for=jsonpath={.data.done}=yes', 'configmap/awaited']);
    await until('its watch', () => ofConfigMaps('watch').length > before);
    await faulty.ground.kubectl('patch', 'configmap', 'awaited', '-p', '{"data":{"done":"yes"}}');
    expect(await wait).toBe('configmap/awaited condition met');
  });

  realNodeTest('follows a log as it is written', async () => {
    const { v1 } = await versions();
    await faulty.ground.apply(web({ image: v1, replicas: 1 }));
    await through(['rollout', 'status', 'deployment/web', '--timeout=150s']);
    const log = start(['logs', '--follow', 'deployment/web']);
    await until('the first line', () => log.output().includes('test-app v1 starts'));
    const request = faulty.proxy.requests.findLast(({ resource }) => resource === 'pods/log');
    expect(request).toMatchObject({ verb: 'get', status: 200 });
    expect(request).not.toHaveProperty('closedAt');
    log.stop();
  });
});

test('an answer that the API server compressed goes through as it is', async () => {
  const { client } = faulty;
  const answer = await client.send('GET', '/openapi/v2', undefined, { 'accept-encoding': 'gzip' });
  expect(answer).toMatchObject({ status: 200, headers: { 'content-encoding': 'gzip' } });
});

test('stop leaves no port, no connection and no file', async () => {
  const proxy = await startFaultProxy(sharedCluster());
  const client = await plainClient(proxy.kubeconfig);
  const watch = await client.open(faulty.configMaps(undefined, { watch: 'true' }));
  await proxy.stop();
  await until('the end of the watch', () => watch.end !== 'open');
  expect(openWatches(proxy.requests)).toEqual([]);
  expect(existsSync(proxy.kubeconfig)).toBe(false);
  const refused = await new Promise<NodeJS.ErrnoException>((resolve) => {
    connect(Number(new URL(proxy.url).port), '127.0.0.1').on('error', resolve);
  });
  expect(refused.code).toBe('ECONNREFUSED');
});
