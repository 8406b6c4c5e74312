import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { clusterCommand, localTest, startCommand } from './cluster-command.ts';
import { controlGroups, footprint, machineTraces, remains } from './cluster-traces.ts';
import { afterTests, sharedCluster } from './fixture.ts';

const NAME = 'e2e-one';

/** A temporary folder of these tests' own, so that `down --all` means their clusters only. */
let temporary: string;
let env: { readonly TMPDIR: string };

beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'paal-'));
  env = { TMPDIR: temporary };
});
afterTests(async () => {
  await clusterCommand(['down', '--all'], env);
  await rm(temporary, { recursive: true });
});

async function run(...args: readonly string[]) {
  return await clusterCommand(args, env);
}

/** What a shell has after it has evaluated what `env` prints. */
async function evaluated(name: string): Promise<Readonly<Record<string, string>>> {
  const { stdout } = await run('env', '--name', name);
  const names = ['KUBECONFIG', 'PAAL_REGISTRY', 'KUBECTL'];
  const script = `${stdout}\nKUBECTL=$(command -v kubectl)\nprintf '%s\\n' ${names
    .map((one) => `"$${one}"`)
    .join(' ')}`;
  const shell = await execa('sh', ['-c', script], { env: { KUBECONFIG: '', PAAL_REGISTRY: '' } });
  return Object.fromEntries(
    names.map((one, index) => [one, shell.stdout.split('\n')[index] ?? '']),
  );
}

describe('npm run cluster', () => {
  test('status and env say how to start a cluster where there is none', async () => {
    expect((await run('status')).stderr).toContain('npm run cluster -- up');
    const { exitCode, stdout, stderr } = await startCommand(['env', '--name', NAME], env);
    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(`npm run cluster -- up --name ${NAME}`);
    expect((await run('down', '--name', NAME)).stderr).toContain(`there was no cluster "${NAME}"`);
  });

  test('what it cannot do is one sentence, and changes nothing', async () => {
    for (const [args, sentence] of [
      [['up', '--name', 'No good'], /^"No good" cannot be a cluster's name/],
      [['up', '--context', 'staging'], /^--context needs --registry HOST/],
      [['up', '--provider', 'docker'], /Allowed choices are/],
    ] as const) {
      const { exitCode, stderr } = await startCommand(args, env);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(sentence);
      expect(stderr).not.toContain('    at ');
    }
    expect(await readdir(temporary)).toEqual([]);
  });
});

describe('a cluster', () => {
  let before: Awaited<ReturnType<typeof machineTraces>>;
  beforeAll(async () => {
    if (process.platform === 'linux') before = await machineTraces();
    await run('up', '--name', NAME);
  });

  test('is the one of its name: another up finds it', async () => {
    const first = await evaluated(NAME);
    const { stdout, stderr } = await run('up', '--name', NAME);
    expect(stderr).toBe('');
    expect(stdout).toContain(first.KUBECONFIG);
    expect(await evaluated(NAME)).toEqual(first);
  });

  test('is listed with its state, age and ports', async () => {
    const { PAAL_REGISTRY } = await evaluated(NAME);
    const { stdout } = await run('status');
    const { provider } = sharedCluster();
    expect(stdout.split('\n')).toHaveLength(1);
    expect(stdout).toMatch(new RegExp(`^${NAME} .* ${provider} +healthy +up for \\d`));
    expect(stdout).toContain(`registry ${PAAL_REGISTRY}`);
  });

  test('is used by a shell that evaluates env: kubectl of its version, kubeconfig, registry', async () => {
    const { KUBECONFIG = '', PAAL_REGISTRY = '', KUBECTL = '' } = await evaluated(NAME);
    const { stdout } = await execa(KUBECTL, ['version', '-o', 'json'], { env: { KUBECONFIG } });
    const { clientVersion, serverVersion } = JSON.parse(stdout);
    expect(clientVersion.gitVersion).toBe(serverVersion.gitVersion);
    expect((await fetch(`http://${PAAL_REGISTRY}/v2/`)).status).toBe(200);
  });

  localTest('leaves nothing after down', async () => {
    const { KUBECONFIG = '' } = await evaluated(NAME);
    const directory = dirname(KUBECONFIG);
    const running = await footprint(directory);
    const commands = running.processes.map(({ command }) => command);
    expect(commands).toEqual(
      expect.arrayContaining(['etcd', 'kubelet', 'containerd', 'coredns', 'pause', 'registry']),
    );
    expect(running.namespaces.length).toBeGreaterThan(3);
    expect((await controlGroups(directory)).length).toBeGreaterThan(0);

    await run('down', '--name', NAME);
    expect(await remains(running)).toEqual([]);
    expect(await controlGroups(directory)).toEqual([]);
    expect(await readdir(temporary)).toEqual([]);
    expect(await machineTraces()).toEqual(before);
  });

  test('with simulated nodes is up and down in the same way', async () => {
    await run('down', '--name', NAME);
    await run('up', '--name', NAME, '--provider', 'kwok');
    const { KUBECONFIG = '', KUBECTL = '', PAAL_REGISTRY } = await evaluated(NAME);
    const kubectl = async (...args: readonly string[]) =>
      (await execa(KUBECTL, args, { env: { KUBECONFIG } })).stdout;
    await kubectl('create', 'deployment', 'web', '--image=none.invalid/web', '--replicas=2');
    await kubectl('wait', 'deployment/web', '--for=condition=Available', '--timeout=60s');
    const server = await kubectl('config', 'view', '-o', 'jsonpath={.clusters[0].cluster.server}');

    await run('down', '--name', NAME);
    expect(existsSync(KUBECONFIG)).toBe(false);
    expect(await readdir(temporary)).toEqual([]);
    for (const url of [server, `http://${PAAL_REGISTRY}`]) {
      await expect(fetch(url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    }
  }, 600_000);
});
