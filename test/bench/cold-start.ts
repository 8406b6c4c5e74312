import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { actionNames } from '../../scripts/build.ts';
import { repositoryRoot } from '../../scripts/repository.ts';
import type { Benchmark, Figure } from './benchmark.ts';
import { median } from './benchmark.ts';
import { buildReferenceBundle } from './reference-bundle.ts';

const RUNS = 15;
const LARGEST = { default: 2, migrate: 3 } as const;
/**
 * How much longer than the packages alone an action may take to start: 0.12 s where they take 0.09 s.
 * As seconds the limit would measure the machine.
 */
const SLOWEST_START = 0.12 / 0.09;

/** Inputs with which an action asks its server as soon as it can. */
function inputsFor(name: string, port: number): Readonly<Record<string, string>> {
  const inputs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'k8s-rollout': { workloads: 'deployment/web', images: 'web=web:1' },
    migrate: { uri: `mongodb://127.0.0.1:${port}/shop`, directory: 'migrations' },
    rollback: { to: 'previous' },
    'verify-health': {
      checks: `- http: { url: "http://127.0.0.1:${port}/" }`,
      duration: '30s',
      interval: '2s',
    },
  };
  return (
    inputs[name] ?? {
      'kubectl-version': 'none',
      environment: 'production',
      'download-url': 'https://x',
    }
  );
}

/** A server that answers nobody: all that counts is when it is first asked. */
async function listen(): Promise<{ server: Server; port: number; firstAsked(): Promise<number> }> {
  let asked: (at: number) => void = () => undefined;
  const server = createServer((socket) => {
    asked(performance.now());
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    server,
    port: (server.address() as AddressInfo).port,
    firstAsked: () =>
      new Promise((resolve) => {
        asked = resolve;
      }),
  };
}

async function workspace(port: number): Promise<{ folder: string; kubeconfig: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'paal-bench-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: 'c',
          cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true },
        },
      ],
      users: [{ name: 'u', user: { token: 'token' } }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u', namespace: 'shop' } }],
      'current-context': 'c',
    }),
  );
  return { folder, kubeconfig };
}

/** Bytes of a bundle: of index.js and what it loads only where it is needed. */
async function sizeOfScripts(folder: string): Promise<number> {
  const scripts = (await readdir(folder)).filter((name) => name.endsWith('.js'));
  const sizes = await Promise.all(
    scripts.map(async (name) => (await stat(join(folder, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Seconds from the start of a process until `instant`, or until its end without one. */
async function timed(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string,
  instant?: Promise<number>,
): Promise<number> {
  const begin = performance.now();
  const child = spawn(process.execPath, [...args], { cwd, env, stdio: 'ignore' });
  const ended = new Promise<number>((resolve) =>
    child.on('close', () => resolve(performance.now())),
  );
  const end = await (instant ? Promise.race([instant, ended]) : ended);
  child.kill('SIGKILL');
  await ended;
  return (end - begin) / 1_000;
}

/**
 * Size of every bundle, and how long it takes to its first request, beside a bundle of nothing but the
 * packages; the time that node itself takes is taken off both.
 */
export const coldStart: Benchmark = {
  name: 'cold-start',
  description: `size of the bundles, and time to the first request over bare node, beside the packages alone (median of ${RUNS})`,
  run: async ({ say, signal, rounds = RUNS }) => {
    const figures: Figure[] = [];
    say('bundling the packages alone (about 20 s)');
    const reference = await buildReferenceBundle();
    for (const name of await actionNames()) {
      signal.throwIfAborted();
      say(`measuring ${name}`);
      const bundle = join(repositoryRoot, 'dist', name, 'index.js');
      const { server, port, firstAsked } = await listen();
      const { folder, kubeconfig } = await workspace(port);
      const inputs = Object.entries({
        config: 'paal.yaml',
        ...inputsFor(name, port),
      }).map(([input, value]) => [`INPUT_${input.toUpperCase()}`, value] as const);
      const env = {
        PATH: process.env.PATH ?? '',
        HOME: folder,
        RUNNER_TEMP: folder,
        KUBECONFIG: kubeconfig,
        ...Object.fromEntries(inputs),
      };
      const bare: number[] = [];
      const packages: number[] = [];
      const started: number[] = [];
      for (let run = 0; run < rounds; run += 1) {
        bare.push(await timed(['-e', '0'], env, folder));
        packages.push(await timed([join(reference, 'index.mjs')], env, folder));
        // paal/setup asks nobody: it is measured to its end.
        started.push(
          await timed([bundle], env, folder, name === 'setup' ? undefined : firstAsked()),
        );
      }
      server.close();
      await rm(folder, { recursive: true, force: true });
      const size = await sizeOfScripts(dirname(bundle));
      const largest = name === 'migrate' ? LARGEST.migrate : LARGEST.default;
      figures.push(
        { what: `${name}: bundle`, value: size / 1_000_000, unit: 'MB', budget: largest },
        {
          what: `${name}: start over bare node`,
          value: median(started) - median(bare),
          unit: 's',
        },
        {
          what: `${name}: start beside the packages alone`,
          value: (median(started) - median(bare)) / (median(packages) - median(bare)),
          unit: '×',
          budget: SLOWEST_START,
        },
      );
    }
    await rm(dirname(reference), { recursive: true });
    return figures;
  },
};
