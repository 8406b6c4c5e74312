import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type Connection, connect, loadKubeConfig } from '@paal/core/cluster/connection';
import { execa } from 'execa';
import { parse, stringify } from 'yaml';
import { type ConnectProxy, startConnectProxy } from '../faults/connect-proxy.ts';
import { type FaultyGround, faultyGround } from './faults-fixture.ts';
import { afterTests, sharedCluster } from './fixture.ts';

interface Kubeconfig {
  readonly clusters: [{ readonly name: string; readonly cluster: Record<string, unknown> }];
  readonly users: [{ readonly user: { readonly exec: Record<string, unknown> } }];
}

let faulty: FaultyGround;
let folder: string;
/** Where the fault proxy's credential plugin finds the token. */
let credential: string;
let cleanUp: (() => unknown)[] = [];

beforeAll(async () => {
  faulty = await faultyGround('faults-credentials');
  folder = await mkdtemp(join(tmpdir(), 'paal-credentials-'));
  afterTests(() => rm(folder, { recursive: true }));
  const { users } = await kubeconfigOfProxy();
  credential = (users[0].user.exec.args as readonly string[])[0] ?? '';
});

afterEach(async () => {
  for (const work of cleanUp) await work();
  cleanUp = [];
});

async function kubeconfigOfProxy(): Promise<Kubeconfig> {
  return parse(await readFile(faulty.proxy.kubeconfig, 'utf8')) as Kubeconfig;
}

/** Connects as a kubeconfig says that is the fault proxy's own but for some changes. */
async function connectWith(changes: {
  readonly cluster?: object;
  readonly exec?: object;
}): Promise<Connection> {
  const kubeconfig = await kubeconfigOfProxy();
  Object.assign(kubeconfig.clusters[0].cluster, changes.cluster);
  Object.assign(kubeconfig.users[0].user.exec, changes.exec);
  const file = join(folder, 'kubeconfig');
  await writeFile(file, stringify(kubeconfig));
  process.env.KUBECONFIG = file;
  const connection = connect(loadKubeConfig());
  cleanUp.push(() => connection.close());
  return connection;
}

/** Connects by a credential plugin that is a shell script. */
async function connectBy(script: string, exec: object = {}): Promise<Connection> {
  return await connectWith({ exec: { command: 'sh', args: ['-c', script], ...exec } });
}

async function list(connection: Connection): Promise<unknown> {
  const path = `/api/v1/namespaces/${faulty.ground.namespace}/configmaps`;
  return await connection.request({ method: 'GET', path, purpose: 'list configmaps' });
}

describe('a credential plugin', () => {
  test('may print to stderr', async () => {
    await list(await connectBy(`echo 'a new version is available' >&2; cat ${credential}`));
  });

  test('is told about itself and the cluster, as kubectl does it', async () => {
    const file = join(folder, 'exec-info.json');
    const script = `printf %s "$KUBERNETES_EXEC_INFO" >${file}; cat ${credential}`;
    await list(await connectBy(script, { provideClusterInfo: true }));
    const ours = JSON.parse(await readFile(file, 'utf8')) as object;
    const kubectl = ['--kubeconfig', process.env.KUBECONFIG ?? '', 'get', 'configmaps'];
    await execa(sharedCluster().kubectl, kubectl);
    const theirs = JSON.parse(await readFile(file, 'utf8')) as { readonly spec: object };
    expect(ours).toEqual({ ...theirs, spec: { ...theirs.spec, cluster: expect.anything() } });
    expect(ours).toMatchObject({ spec: { cluster: { server: faulty.proxy.url } } });
  });

  test('that fails is quoted', async () => {
    const connection = await connectBy(`echo 'the session has expired: log in' >&2; exit 1`);
    await expect(list(connection)).rejects.toThrow(
      /The credentials for .* could not be had: the session has expired: log in\. Check the user/,
    );
  });

  test('that is not installed is named', async () => {
    const connection = await connectWith({ exec: { command: 'no-such-plugin' } });
    await expect(list(connection)).rejects.toThrow('no-such-plugin');
  });

  test('that fails once is asked again', async () => {
    const first = join(folder, 'first');
    const script = `test -e ${first} || { touch ${first}; exit 1; }; cat ${credential}`;
    const connection = await connectBy(script);
    await expect(list(connection)).rejects.toThrow('could not be had');
    await list(connection);
  });

  test('is asked once for many requests, and once more when its token is refused', async () => {
    const count = join(folder, 'count');
    const connection = await connectBy(`echo >>${count}; cat ${credential}`);
    const runs = async (): Promise<number> => (await readFile(count, 'utf8')).length;
    await Promise.all(Array.from({ length: 5 }, () => list(connection)));
    expect(await runs()).toBe(1);
    faulty.proxy.expireToken();
    await faulty.proxy.renewToken();
    await Promise.all(Array.from({ length: 5 }, () => list(connection)));
    expect(await runs()).toBe(2);
  });

  test('that fails for a while in the middle is asked until it works again', async () => {
    const broken = join(folder, 'broken');
    const connection = await connectBy(`test ! -e ${broken} && cat ${credential}`);
    await list(connection);
    faulty.proxy.expireToken();
    await faulty.proxy.renewToken();
    await writeFile(broken, '');
    const asked = list(connection);
    await expect(Promise.race([asked, delay(1_000, 'no answer yet')])).resolves.toBe(
      'no answer yet',
    );
    await rm(broken);
    await asked;
  });

  test('whose new token is refused too makes the request fail, with advice', async () => {
    const connection = await connectBy(`cat ${credential}`);
    faulty.proxy.expireToken();
    await expect(list(connection)).rejects.toThrow(
      /\(401\): Unauthorized.*The credentials of the kubeconfig are wrong or have expired/,
    );
    await faulty.proxy.renewToken();
    await list(connection);
  });
});

describe('a forward proxy', () => {
  let forward: ConnectProxy;
  /** A name that only the proxy knows, which a test without it could not reach. */
  const name = 'kubernetes.paal.test';
  let elsewhere: { server: string; 'tls-server-name': string };

  beforeAll(async () => {
    forward = await startConnectProxy();
    afterTests(() => forward.stop());
    const { port } = new URL(faulty.proxy.url);
    elsewhere = { server: `https://${name}:${port}`, 'tls-server-name': 'localhost' };
  });

  function setEnvironment(variables: Readonly<Record<string, string>>): void {
    Object.assign(process.env, variables);
    cleanUp.push(() => {
      for (const variable of Object.keys(variables)) delete process.env[variable];
    });
  }

  test("is taken from the kubeconfig's proxy-url", async () => {
    await list(await connectWith({ cluster: { ...elsewhere, 'proxy-url': forward.url } }));
    expect(forward.tunnels.at(-1)).toMatch(name);
  });

  test('is taken from HTTPS_PROXY', async () => {
    const before = forward.tunnels.length;
    setEnvironment({ HTTPS_PROXY: forward.url });
    await list(await connectWith({ cluster: elsewhere }));
    expect(forward.tunnels.length).toBeGreaterThan(before);
  });

  test('is not taken for what NO_PROXY names', async () => {
    const before = forward.tunnels.length;
    setEnvironment({ HTTPS_PROXY: forward.url, NO_PROXY: '.paal.test' });
    const connection = await connectWith({ cluster: elsewhere });
    const path = '/version';
    await expect(
      connection.request({ method: 'GET', path, purpose: 'ask' }, { patience: 0 }),
    ).rejects.toThrow(name);
    expect(forward.tunnels).toHaveLength(before);
  });
});
