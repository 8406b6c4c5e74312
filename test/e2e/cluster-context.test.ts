import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { clusterCommand, startCommand } from './cluster-command.ts';
import { afterTests, sharedCluster } from './fixture.ts';

const NAME = 'e2e-context';

/** The cluster of all tests plays the one that a user already has, with this kubeconfig. */
const own = sharedCluster();
const env = { KUBECONFIG: own.kubeconfig };
let context: string;

async function kubectl(...args: readonly string[]): Promise<string> {
  return (await execa(own.kubectl, args, { env })).stdout;
}

beforeAll(async () => {
  context = await kubectl('config', 'current-context');
});
afterTests(() => clusterCommand(['down', '--name', NAME]));

async function refusal(args: readonly string[], kubeconfig = own.kubeconfig): Promise<string> {
  const command = startCommand(['up', '--name', NAME, ...args], { KUBECONFIG: kubeconfig });
  const { exitCode, stderr } = await command;
  expect(exitCode).toBe(1);
  expect((await clusterCommand(['status'])).stdout).not.toContain(NAME);
  return stderr;
}

describe("a cluster that the user already has, by its context's name", () => {
  test('is used, and down leaves it alone', async () => {
    const before = await readFile(own.kubeconfig, 'utf8');
    await clusterCommand(
      ['up', '--name', NAME, '--context', context, '--registry', own.registry],
      env,
    );
    const { stdout } = await clusterCommand(['env', '--name', NAME]);
    const [, kubeconfig = ''] = /KUBECONFIG='(.*)'/.exec(stdout) ?? [];
    expect(kubeconfig).not.toBe(own.kubeconfig);
    expect(stdout).toContain(`PAAL_REGISTRY='${own.registry}'`);
    const nodes = ['get', 'nodes', '-o', 'name'];
    const seen = await execa(own.kubectl, nodes, { env: { KUBECONFIG: kubeconfig } });
    expect(seen.stdout).toBe(await kubectl(...nodes));
    expect((await clusterCommand(['status'])).stdout).toMatch(
      new RegExp(`^${NAME} .* context +healthy`, 'm'),
    );

    await clusterCommand(['down', '--name', NAME]);
    expect(await kubectl('get', '--raw', '/readyz')).toBe('ok');
    expect((await fetch(`http://${own.registry}/v2/`)).status).toBe(200);
    expect(await readFile(own.kubeconfig, 'utf8')).toBe(before);
  });

  test('is refused with the reason when there is no such context', async () => {
    expect(await refusal(['--context', 'nowhere', '--registry', own.registry])).toMatch(
      /The context "nowhere" cannot be used: .*nowhere/,
    );
  });

  test('is refused when the registry does not answer', async () => {
    expect(await refusal(['--context', context, '--registry', 'localhost:1'])).toMatch(
      /The registry localhost:1 answers neither/,
    );
  });

  test('is refused when its API server does not answer', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'paal-context-'));
    const kubeconfig = join(folder, 'kubeconfig');
    const server = await kubectl('config', 'view', '-o', 'jsonpath={..cluster.server}');
    const living = await readFile(own.kubeconfig, 'utf8');
    await writeFile(kubeconfig, living.replaceAll(server, 'https://127.0.0.1:1'), { mode: 0o600 });
    const args = ['--context', context, '--registry', own.registry];
    expect(await refusal(args, kubeconfig)).toMatch(
      /The API server of the context ".*" cannot be reached: .*refused/s,
    );
    await rm(folder, { recursive: true });
  });
});
