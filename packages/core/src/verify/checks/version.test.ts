import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type CheckConfigs, checkSchema } from '../../config/check-schema.ts';
import { deployment, pod, replicaSet } from '../../workload/workload.test-data.ts';
import { cluster, newPod, type PodHandler, workloadOf } from '../pods/live.test-data.ts';
import { versionProbe } from './version.ts';

const NEVER = new AbortController().signal;

let servers: Server[] = [];

afterEach(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  servers = [];
});

/** A load balancer; gives its address, and what it was asked. */
async function balancer(answer: RequestListener) {
  const paths: (string | undefined)[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    paths.push(request.url);
    answer(request, response);
  });
  server.on('connection', () => {
    connections += 1;
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, paths, connections: () => connections };
}

function config(version: object): CheckConfigs['version'] {
  const parsed = checkSchema.parse({ version: { expected: '1.5.0', ...version } }).version;
  if (!parsed) throw new Error('no version check');
  return parsed;
}

const json = (version: unknown) => ({ body: JSON.stringify({ version }) });
const pods = [newPod('web-1'), newPod('web-2')];

async function askPods(handler: PodHandler, version: object = {}) {
  const { live } = cluster([[workloadOf(pods)]], handler);
  return await versionProbe(config(version), { live }).measure(NEVER);
}

describe('the version of pods', () => {
  test('is good when all tell the one that is expected', async () => {
    expect(await askPods(() => json('1.5.0'))).toMatchObject({
      outcome: 'succeeded',
      message: '2 new pods: version 1.5.0',
      number: 0,
    });
  });

  test('is bad when one tells another, which is named', async () => {
    const seen = await askPods(({ path }) => json(path.includes('web-2') ? '1.4.1' : '1.5.0'));
    expect(seen).toMatchObject({
      outcome: 'failed',
      retry: true,
      message: '1 of 2 new pods: web-2: expected version "1.5.0", got "1.4.1"',
      excerpt: '{"version":"1.4.1"}',
      number: 1,
      details: ['web-2: bad: expected version "1.5.0", got "1.4.1"', 'web-1: good: version 1.5.0'],
    });
  });

  test.each<readonly [string, object, ReturnType<PodHandler>, string]>([
    [
      'at a JSONPath',
      { json: 'app.build[0]' },
      { body: '{"app":{"build":["1.5.0"]}}' },
      'succeeded',
    ],
    ['as a number', { expected: '2' }, { body: '{"version":2}' }, 'succeeded'],
    ['in a header', { header: 'X-Version' }, { headers: { 'x-version': '1.5.0' } }, 'succeeded'],
    [
      'in a header that is another',
      { header: 'X-Version' },
      { headers: { 'x-version': '1' } },
      'failed',
    ],
    ['in the group of a match', { matches: 'v([\\d.]+)' }, { body: 'shop v1.5.0 ok' }, 'succeeded'],
    ['as the whole match', { matches: '\\d+\\.\\d+\\.\\d+' }, { body: 'shop 1.5.0' }, 'succeeded'],
    ['in none of them', { matches: 'v([\\d.]+)' }, { body: 'shop' }, 'failed'],
    ['in a body that is no JSON', {}, { body: '1.5.0' }, 'failed'],
    ['nowhere', {}, { body: '{}' }, 'failed'],
    ['as an object', {}, { body: '{"version":{"a":1}}' }, 'failed'],
    ['behind a sign-in', {}, { status: 401, body: '{"version":"1.5.0"}' }, 'failed'],
    ['behind a redirect', {}, { status: 302 }, 'failed'],
  ])('is read: %s', async (_, version, answer, outcome) => {
    expect(await askPods(() => answer, version)).toMatchObject({ outcome });
  });

  test('that differs by the v alone says so', async () => {
    expect((await askPods(() => json('v1.5.0'))).hint).toContain('They differ by the v alone');
  });

  test('that is several at once is bad', async () => {
    const seen = await askPods(() => ({ body: '[{"v":"1.5.0"},{"v":"1.4.1"}]' }), {
      json: '$[*].v',
    });
    expect(seen.message).toContain('the answer tells several versions: "1.5.0", "1.4.1"');
  });
});

describe('the version behind a load balancer', () => {
  test('is asked several times, each over a connection of its own', async () => {
    const { url, paths, connections } = await balancer((_, response) => {
      response.end('{"version":"1.5.0"}');
    });
    const { live, asked } = cluster([[workloadOf(pods)]], () => json('1.5.0'));
    const probe = versionProbe(config({ url: `${url}/shop/`, path: '/version?full=1' }), { live });
    expect(await probe.measure(NEVER)).toMatchObject({
      outcome: 'succeeded',
      message: `2 new pods: version 1.5.0; ${url}/shop/version?full=1: 5 answers of version 1.5.0`,
    });
    expect(paths).toEqual(Array(5).fill('/shop/version?full=1'));
    expect(connections()).toBe(5);
    expect(asked).toHaveLength(2);
  });

  test('is bad when old ones answer now and then, with how often, and which pods are left', async () => {
    let count = 0;
    const { url } = await balancer((_, response) => {
      count += 1;
      response.end(JSON.stringify({ version: count % 2 === 0 ? '1.4.1' : '1.5.0' }));
    });
    const old = pod(replicaSet(deployment(), 'shop/web:1', 'rs-old'), undefined, 'web-old');
    const { live } = cluster([[workloadOf(pods, { oldPods: [old] })]], () => json('1.5.0'));
    const seen = await versionProbe(config({ url }), { live }).measure(NEVER);
    expect(seen).toMatchObject({
      outcome: 'failed',
      retry: true,
      number: 2,
      message:
        `${url}/api/health: expected version "1.5.0", but 2 of 5 answers were of version "1.4.1"; ` +
        'pods of an earlier template are still there: web-old',
    });
  });

  test('needs no pods and no cluster with pods: false', async () => {
    const { url } = await balancer((_, response) => void response.end('{"version":"1.4.1"}'));
    const check = config({ url, pods: false, requests: 1 });
    expect(await versionProbe(check, { live: undefined }).measure(NEVER)).toMatchObject({
      outcome: 'failed',
      message: `${url}/api/health: expected version "1.5.0", but 1 of 1 answer was of version "1.4.1"`,
    });
  });

  test('is bad where nobody answers, who is not asked five times', async () => {
    const { url, paths } = await balancer((request) => void request.socket.destroy());
    const check = config({ url, pods: false });
    const seen = await versionProbe(check, { live: undefined }).measure(NEVER);
    expect(seen).toMatchObject({ outcome: 'failed', retry: true });
    expect(seen.message).toContain('was none: connection closed before the answer');
    expect(paths).toHaveLength(1);
  });

  test('and a cluster that cannot be asked is an error, unless another version answers', async () => {
    const { url } = await balancer((_, response) => void response.end('{"version":"1.5.0"}'));
    const { live } = cluster([new Error('bug')]);
    await expect(versionProbe(config({ url }), { live }).measure(NEVER)).rejects.toThrow('bug');
  });
});

describe('a version check', () => {
  test('says what it asks, of whom, and what it expects', () => {
    const { live } = cluster([[workloadOf(pods)]]);
    expect(versionProbe(config({ url: 'https://me:pw@shop.example' }), { live })).toMatchObject({
      name: 'version 1.5.0',
      target:
        'GET /api/health of every new pod of deployment/web, and https://shop.example/api/health, 5 times',
      threshold: 'version = "1.5.0"',
      warmsUp: true,
    });
  });

  test.each([
    [{ json: 'a[' }, 'is not a JSONPath'],
    [{ header: 'x y' }, 'is not the name of a header'],
    [{ matches: '(' }, '"(" in matches is not a regular expression'],
    [{ workloads: ['deployment/other'] }, 'is not one of the workloads that are verified'],
    [{ headers: { Authorization: 'Bearer a' } }, 'cannot be sent to pods'],
    [{ url: 'shop.example' }, 'write a full address'],
  ])('is refused before it asks: %j', (given, message) => {
    const { live } = cluster([[workloadOf(pods)]]);
    expect(() => versionProbe(config(given), { live })).toThrow(message);
  });

  test.each([
    [{ json: 'a', header: 'b' }, 'there are json and header: the version is in one place'],
    [{ pods: false }, 'nobody is asked: write the url'],
    [{ path: 'version' }, 'path'],
  ])('is refused as it is read: %j', (given, message) => {
    const { error } = checkSchema.safeParse({ version: given });
    expect(JSON.stringify(error?.issues)).toContain(message);
  });
});
