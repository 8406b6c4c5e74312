import { createHash } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { temporaryFolder } from '../temporary-folder.ts';
import { serve } from './local-server.ts';
import { runStep } from './run-action.ts';

const VERSION = 'v9.9.9';
const KUBECTL = '#!/bin/sh\necho \'{"clientVersion":{"gitVersion":"v9.9.9"}}\'\n';
const CHECKSUM = createHash('sha256').update(KUBECTL).digest('hex');
// tool-cache waits 10 to 20 s between its attempts; a test need not.
const NO_WAITING = [
  '--import',
  'data:text/javascript,globalThis.TEST_DOWNLOAD_TOOL_RETRY_MIN_SECONDS=0;globalThis.TEST_DOWNLOAD_TOOL_RETRY_MAX_SECONDS=0',
];
const KUBECONFIG = `
apiVersion: v1
kind: Config
clusters: [{ name: c, cluster: { server: "https://127.0.0.1:1" } }]
users: [{ name: u, user: { token: a-very-secret-token } }]
contexts: [{ name: dev, context: { cluster: c, user: u } }, { name: prod, context: { cluster: c, user: u } }]
current-context: dev
`;

/** A file server that stands in for dl.k8s.io or a mirror of it. */
const serveKubectl: RequestListener = (request, response) => {
  response.end(request.url?.endsWith('.sha256') ? `${CHECKSUM}\n` : KUBECTL);
};

describe('paal/setup', () => {
  test('the branch decides the environment, and its outputs follow', async () => {
    const step = await runStep('setup', { inputs: { 'kubectl-version': 'none' } });
    expect(step.log).toContain('Chosen by refs/heads/main');
    expect(step.outputs).toMatchObject({
      environment: 'production',
      'image-tag': 'production-0123456789abcdef0123456789abcdef01234567',
    });
    expect(step.exitCode).toBe(0);
  });

  test('paal.yaml decides before the defaults', async () => {
    const workspace = await temporaryFolder('workspace');
    await writeFile(
      join(workspace, 'paal.yaml'),
      'environments:\n  live: { branch: main, namespace: shop, url: "https://shop.example" }\n',
    );
    const step = await runStep('setup', { workspace, inputs: { 'kubectl-version': 'none' } });
    expect(step.outputs).toMatchObject({
      environment: 'live',
      namespace: 'shop',
      url: 'https://shop.example',
    });
  });

  test('an unknown environment is one error that names the nearest', async () => {
    const step = await runStep('setup', {
      inputs: { environment: 'prodution', 'kubectl-version': 'none' },
    });
    expect(step.exitCode).toBe(1);
    expect(step.errors).toHaveLength(1);
    expect(step.errors[0]).toContain('Did you mean "production"?');
  });

  test('a branch that belongs to no environment is one error that says what to do', async () => {
    const step = await runStep('setup', { env: { GITHUB_REF: 'refs/heads/feature/x' } });
    expect(step.errors).toEqual([
      expect.stringContaining('No environment belongs to "refs/heads/feature/x"'),
    ]);
    expect(step.errors[0]).toContain('add the branch to paal.yaml');
  });

  test('the kubeconfig is for this user alone, masked, exported, and gone after the job', async () => {
    const step = await runStep('setup', {
      inputs: { kubeconfig: KUBECONFIG, context: 'prod', 'kubectl-version': 'none' },
    });
    const file = step.environment.KUBECONFIG ?? '';
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toContain('current-context: prod');
    expect(step.log).toContain('::add-mask::a-very-secret-token');
    const post = await step.post();
    expect(post.exitCode).toBe(0);
    await expect(stat(file)).rejects.toThrow('ENOENT');
  });

  test('a kubeconfig in base64 is understood', async () => {
    const step = await runStep('setup', {
      inputs: {
        kubeconfig: Buffer.from(KUBECONFIG).toString('base64'),
        'kubectl-version': 'none',
      },
    });
    expect(step.exitCode).toBe(0);
    expect(step.environment.KUBECONFIG).toBeDefined();
  });

  test('a kubeconfig that is none is refused without showing it, and nothing is written', async () => {
    const step = await runStep('setup', {
      inputs: { kubeconfig: 'users: [ s3cr3t-value', 'kubectl-version': 'none' },
    });
    expect(step.errors).toEqual([expect.stringContaining('is not a kubeconfig')]);
    expect(step.log).not.toContain('s3cr3t-value');
    expect(step.environment).toEqual({});
  });

  test('a context that does not exist is named with those that do', async () => {
    const step = await runStep('setup', {
      inputs: { kubeconfig: KUBECONFIG, context: 'prd', 'kubectl-version': 'none' },
    });
    expect(step.errors[0]).toContain('Did you mean "prod"? It has: dev, prod.');
  });

  test('server and token make a kubeconfig of their own', async () => {
    const step = await runStep('setup', {
      inputs: { server: 'https://k8s.example:6443', token: 'abcdefgh', 'kubectl-version': 'none' },
    });
    const text = await readFile(step.environment.KUBECONFIG ?? '', 'utf8');
    expect(text).toContain('server: https://k8s.example:6443');
    expect(step.log).toContain('::add-mask::abcdefgh');
  });

  test('a kubectl of the wanted version on PATH is used, and nothing is downloaded', async () => {
    const bin = await temporaryFolder('bin');
    await writeFile(join(bin, 'kubectl'), KUBECTL, { mode: 0o755 });
    const step = await runStep('setup', {
      inputs: { 'kubectl-version': VERSION, 'download-url': 'http://127.0.0.1:1' },
      env: { PATH: `${bin}:${process.env.PATH}` },
    });
    expect(step.log).toContain('kubectl v9.9.9 is on PATH already');
    expect(step.exitCode).toBe(0);
  });

  test('kubectl from a mirror is checked, cached and put on PATH', async () => {
    const step = await runStep('setup', {
      inputs: { 'kubectl-version': VERSION, 'download-url': await serve(serveKubectl) },
    });
    expect(step.exitCode).toBe(0);
    const [directory = ''] = step.paths;
    expect(await readFile(join(directory, 'kubectl'), 'utf8')).toBe(KUBECTL);
    expect((await stat(join(directory, 'kubectl'))).mode & 0o111).not.toBe(0);
  });

  test('kubectl with another SHA-256 is refused, both sums are shown, and it is not kept', async () => {
    const url = await serve((request, response) => {
      response.end(request.url?.endsWith('.sha256') ? `${'0'.repeat(64)}\n` : KUBECTL);
    });
    const step = await runStep('setup', {
      inputs: { 'kubectl-version': VERSION, 'download-url': url, kubeconfig: KUBECONFIG },
    });
    expect(step.exitCode).toBe(1);
    expect(step.errors[0]).toContain(`its SHA-256 is ${CHECKSUM}, expected ${'0'.repeat(64)}`);
    expect(step.paths).toEqual([]);
    expect(step.environment).toEqual({});
  });

  test('a truncated download is an error, not a kubectl', async () => {
    const url = await serve((request, response) => {
      if (request.url?.endsWith('.sha256')) return response.end(CHECKSUM);
      response.setHeader('content-length', KUBECTL.length);
      response.write(KUBECTL.slice(0, 10), () => response.destroy());
      return response;
    });
    const step = await runStep('setup', {
      inputs: { 'kubectl-version': VERSION, 'download-url': url },
      nodeOptions: NO_WAITING,
    });
    expect(step.exitCode).toBe(1);
    expect(step.errors).toEqual([expect.stringContaining('could not be downloaded')]);
    expect(step.paths).toEqual([]);
  });

  test('a checksum that the user gave counts more than the published one', async () => {
    const step = await runStep('setup', {
      inputs: {
        'kubectl-version': VERSION,
        'kubectl-checksum': 'f'.repeat(64),
        'download-url': await serve(serveKubectl),
      },
    });
    expect(step.errors[0]).toContain(`expected ${'f'.repeat(64)}`);
  });

  test('a version that does not exist is one error with the address that was tried', async () => {
    const url = await serve((_, response) => response.writeHead(404).end());
    const step = await runStep('setup', {
      inputs: { 'kubectl-version': VERSION, 'download-url': url },
    });
    expect(step.errors).toEqual([expect.stringContaining(`${url}/${VERSION}/bin/`)]);
  });

  test.each([
    ['kubectl-version', 'latest', 'write a full version such as v1.36.4'],
    ['kubectl-checksum', 'abc', 'not a SHA-256'],
    ['download-url', 'mirror', 'write an address'],
    ['token', 'abcdefgh', 'needs the input "server"'],
  ])('a wrong %s is refused before anything is touched', async (input, value, message) => {
    const step = await runStep('setup', {
      inputs: { kubeconfig: input === 'token' ? '' : KUBECONFIG, [input]: value },
    });
    expect(step.errors).toEqual([expect.stringContaining(message)]);
    expect(step.environment).toEqual({});
  });
});
