import { readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { parse } from 'yaml';
import { runStep } from '../contract/run-action.ts';
import { type Playground, playground } from './fixture.ts';

let ground: Playground;
let path: string;
let version: string;

beforeAll(async () => {
  ground = await playground('setup');
  path = `${dirname(ground.cluster.kubectl)}:${process.env.PATH}`;
  const client = JSON.parse(await ground.kubectl('version', '--client', '-o', 'json')) as {
    clientVersion: { gitVersion: string };
  };
  version = client.clientVersion.gitVersion;
});

/** Runs kubectl as a later step of the job would: with what the step exported, and nothing else. */
async function later(
  environment: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<string> {
  // Without a HOME, kubectl would keep its cache in the working directory.
  const options = { env: { HOME: tmpdir(), PATH: path, ...environment }, extendEnv: false };
  return (await execa('kubectl', args, options)).stdout;
}

describe('paal/setup against a cluster', () => {
  test('a kubeconfig takes later steps to the API server, with the kubectl that is there, until the job ends', async () => {
    const step = await runStep('setup', {
      inputs: {
        kubeconfig: await readFile(ground.cluster.kubeconfig, 'utf8'),
        'kubectl-version': version,
        // Nothing must be downloaded: nobody listens here.
        'download-url': 'http://127.0.0.1:1',
      },
      env: { PATH: path },
    });
    expect(step.exitCode).toBe(0);
    expect(step.log).toContain(`kubectl ${version} is on PATH already`);
    expect(step.outputs['kubectl-version']).toBe(version);
    expect(step.paths).toEqual([]);
    expect(await later(step.environment, 'get', '--raw', '/readyz')).toBe('ok');
    const namespace = await later(step.environment, 'get', 'namespace', ground.namespace, '-oname');
    expect(namespace).toBe(`namespace/${ground.namespace}`);

    const file = step.environment.KUBECONFIG ?? '';
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await step.post()).exitCode).toBe(0);
    await expect(stat(file)).rejects.toThrow('ENOENT');
    await expect(later(step.environment, 'get', '--raw', '/readyz')).rejects.toThrow();
  });

  test("a ServiceAccount's token, the address and the CA certificate are enough", async () => {
    const config = parse(await readFile(ground.cluster.kubeconfig, 'utf8')) as {
      clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
    };
    const [{ cluster } = { cluster: undefined }] = config.clusters;
    const token = await ground.kubectl('create', 'token', 'default');
    const step = await runStep('setup', {
      inputs: {
        server: cluster?.server ?? '',
        token,
        'certificate-authority': cluster?.['certificate-authority-data'] ?? '',
        'kubectl-version': 'none',
      },
    });
    expect(step.exitCode).toBe(0);
    expect(
      await later(step.environment, 'auth', 'whoami', '-ojsonpath={.status.userInfo.username}'),
    ).toBe(`system:serviceaccount:${ground.namespace}:default`);
    const shown = step.log.replaceAll(/^::add-mask::.*$/gm, '');
    expect(shown).not.toContain(token);
  });
});
