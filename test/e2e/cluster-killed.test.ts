import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { clusterDirectory, clusterPaths } from '../cluster/state.ts';
import { clusterCommand, killWhen, startCommand } from './cluster-command.ts';
import {
  controlGroups,
  type Footprint,
  footprint,
  machineTraces,
  remains,
} from './cluster-traces.ts';
import { sharedCluster } from './fixture.ts';

const NAME = 'e2e-killed';
const directory = clusterDirectory(NAME);
const paths = clusterPaths(directory);
const linux = process.platform === 'linux';

let before: Awaited<ReturnType<typeof machineTraces>>;
beforeAll(async () => {
  if (linux) before = await machineTraces();
});
afterEach(down);

async function up(): Promise<void> {
  await clusterCommand(['up', '--name', NAME]);
}

async function down(): Promise<void> {
  await clusterCommand(['down', '--name', NAME]);
}

async function status(): Promise<string> {
  const { stdout } = await clusterCommand(['status']);
  return stdout.split('\n').find((line) => line.startsWith(`${NAME} `)) ?? '';
}

async function observe(): Promise<Footprint> {
  return linux ? await footprint(directory) : { processes: [], namespaces: [] };
}

async function expectNothingLeft(running: Footprint): Promise<void> {
  expect(existsSync(directory)).toBe(false);
  expect(existsSync(`${directory}.lock`)).toBe(false);
  if (!linux) return;
  expect(await remains(running)).toEqual([]);
  expect((await observe()).processes).toEqual([]);
  expect(await controlGroups(directory)).toEqual([]);
  expect(await machineTraces()).toEqual(before);
}

/** Files that come into being one after the other while a cluster starts. */
const moments: readonly (readonly [string, string])[] = [
  ['its folder is there', paths.state],
  ['the certificates are there', join(paths.pki, 'ca.crt')],
  ['etcd has started', join(paths.logs, 'etcd.log')],
  ['the scheduler has started', join(paths.logs, 'kube-scheduler.log')],
  ...(sharedCluster().provider === 'local'
    ? [['the kubelet has started', join(paths.logs, 'kubelet.log')] as const]
    : []),
];

describe('killed half-way', () => {
  test.each(moments)('when %s: down leaves nothing', async (_, file) => {
    await killWhen(startCommand(['up', '--name', NAME]), file);
    const running = await observe();
    await down();
    await expectNothingLeft(running);
  });

  test('and again at every one of these moments: up succeeds, and down leaves nothing', async () => {
    const left: Footprint[] = [];
    for (const [, file] of moments) {
      await killWhen(startCommand(['up', '--name', NAME]), file);
      left.push(await observe());
    }
    await up();
    expect(await status()).toContain('healthy');
    for (const one of left) expect(await remains(one)).toEqual([]);
    const running = await observe();
    await down();
    await expectNothingLeft(running);
  }, 600_000);

  test('interrupted by ^C, up takes away what it had started', async () => {
    const late = join(paths.logs, 'kube-scheduler.log');
    const { exitCode, stderr } = await killWhen(
      startCommand(['up', '--name', NAME]),
      late,
      'SIGINT',
    );
    const running = await observe();
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/Interrupted by SIGINT\.$/);
    await expectNothingLeft(running);
  });
});

describe('a running cluster', () => {
  test('that lost its supervisor is said to be broken, and is replaced by the next up', async () => {
    await up();
    const running = await observe();
    const search = ['-f', `supervisor/supervisor.ts ${directory}$`];
    const { stdout: pid } = await execa('pgrep', search);
    process.kill(Number(pid), 'SIGKILL');
    expect(await status()).toContain('broken: its supervisor does not answer');
    expect((await startCommand(['env', '--name', NAME])).exitCode).toBe(1);

    const { stderr } = await clusterCommand(['up', '--name', NAME]);
    expect(stderr).toContain('removing what is left of the last one');
    expect(await status()).toContain('healthy');
    expect((await execa('pgrep', search)).stdout).not.toBe(pid);
    expect(await remains(running)).toEqual([]);

    const second = await observe();
    await down();
    await expectNothingLeft(second);
  });

  test('that lost its supervisor leaves nothing after down', async () => {
    await up();
    const running = await observe();
    const { stdout } = await execa('pgrep', ['-f', `supervisor/supervisor.ts ${directory}$`]);
    process.kill(Number(stdout), 'SIGKILL');
    await down();
    await expectNothingLeft(running);
  });
});
