import { readdir } from 'node:fs/promises';
import { describe, expect } from '@jest/globals';
import { runStep, type StepOptions, type StepResult } from '../contract/run-action.ts';
import { A, B, marking } from './migrate-fixture.ts';
import {
  databaseServer,
  eventually,
  HELD,
  serverTest,
  workspaceOf,
} from './migrate-ssh-fixture.ts';

const ground = databaseServer();

/** Runs `paal/migrate` by ssh from a checkout with these migrations. */
async function step(
  checkout: Readonly<Record<string, string>>,
  options: StepOptions = {},
): Promise<StepResult> {
  const { server } = ground();
  return await runStep('migrate', {
    workspace: await workspaceOf(checkout),
    ...options,
    inputs: {
      driver: 'ssh',
      environment: 'production',
      'ssh-host': server.host,
      'ssh-port': String(server.port),
      'ssh-host-key': server.hostKey,
      'ssh-key': server.key,
      ...options.inputs,
    },
  });
}

async function runnerGone(): Promise<void> {
  const { server } = ground();
  await eventually(
    async () => ![...(await server.processes()).values()].some((line) => line.includes('/runner/')),
    'the runner on the server ended',
  );
}

/** The folders of ssh clients that are still there. */
async function folders({ temp }: StepResult): Promise<readonly string[]> {
  return (await readdir(temp)).filter((name) => name.startsWith('paal-ssh-'));
}

describe('paal/migrate with driver ssh', () => {
  serverTest(
    'applies and reverts as the process says, and gives the same outputs as ever',
    async () => {
      const { reset, changelog, server } = ground();
      const migrations = { [A]: marking('a'), [B]: marking('b') };
      await reset(migrations);
      const up = await step(migrations);
      expect(up.errors).toEqual([]);
      expect(up.outputs).toMatchObject({
        status: 'applied',
        'applied-count': '2',
        'pending-count': '0',
        current: B,
      });
      expect(up.log).toContain('./run-migrations.sh --env=production');
      expect(up.log.replace(/^::add-mask::.*$/gm, '')).not.toContain(server.key.split('\n')[2]);
      expect(await changelog()).toEqual([A, B]);
      const down = await step(migrations, { inputs: { command: 'down', to: 'previous' } });
      expect(down.log).toContain('./rollback-migration.sh --env=production --version=previous');
      expect(down.outputs).toMatchObject({ status: 'reverted', 'applied-count': '2' });
      expect(await changelog()).toEqual([]);
      expect(await folders(up)).toEqual([]);
    },
  );

  serverTest('fails when the server lacks a migration of the checkout', async () => {
    const { reset } = ground();
    await reset({ [A]: marking('a') });
    const up = await step({ [A]: marking('a'), [B]: marking('b') });
    expect(up.exitCode).toBe(1);
    expect(up.errors).toEqual([
      expect.stringContaining(`does not have ${B}, which this checkout has`),
    ]);
    expect(up.outputs).toMatchObject({ status: 'failed', 'applied-count': '1' });
  });

  serverTest('tells a wrong host key as the one error of the step', async () => {
    const { reset } = ground();
    await reset({});
    const hostKey = `other.example ${ground().server.hostKey}`;
    const up = await step({}, { inputs: { 'ssh-host-key': hostKey } });
    expect(up.errors).toEqual([expect.stringContaining('The input "ssh-host-key" has no key for')]);
    expect(up.outputs.status).toBe('failed');
  });

  serverTest('cancelled by GitHub, ends in time, and so does the run on the server', async () => {
    const { reset } = ground();
    await reset({ [A]: HELD });
    let asked = 0;
    const up = await step(
      { [A]: HELD },
      {
        onLog: (log, kill) => {
          if (asked > 0 || !log.includes('at work')) return;
          asked = performance.now();
          kill('SIGINT');
        },
      },
    );
    expect(performance.now() - asked).toBeLessThan(7_500);
    expect(up.exitCode).toBe(1);
    expect(up.errors).toEqual([expect.stringContaining('The run was cancelled while')]);
    await runnerGone();
  });

  serverTest(
    'killed without a word, takes the run with it, and its post step the key',
    async () => {
      const { reset } = ground();
      await reset({ [A]: HELD });
      const up = await step(
        { [A]: HELD },
        { onLog: (log, kill) => log.includes('at work') && kill('SIGKILL') },
      );
      expect(up.exitCode).toBeNull();
      await runnerGone();
      expect(await folders(up)).toHaveLength(1);
      await up.post();
      expect(await folders(up)).toEqual([]);
    },
  );
});
