import { execFileSync } from 'node:child_process';
import { describe, expect } from '@jest/globals';
import { cuttableWay } from '../sshd/cuttable.ts';
import { A, B, marking } from './migrate-fixture.ts';
import {
  type Call,
  databaseServer,
  eventually,
  HELD,
  overSsh,
  serverTest,
} from './migrate-ssh-fixture.ts';

const ground = databaseServer();

/** The processes of the runner on the server. */
async function runners(): Promise<readonly number[]> {
  const all = await ground().server.processes();
  return [...all].filter(([, line]) => line.includes('/runner/index.js')).map(([pid]) => pid);
}

async function allGone(): Promise<void> {
  await eventually(async () => (await runners()).length === 0, 'the runner on the server ended');
}

/** Begins a run whose first migration waits. */
async function begin(over: object = {}): Promise<Call> {
  const { options, reset } = ground();
  await reset({ [A]: HELD, [B]: marking('b') });
  const call = overSsh({}, { ...options, interval: 1, ...over });
  await call.says(/at work/);
  expect(await runners()).toHaveLength(1);
  return call;
}

/** What the database says of the migrations, by the script itself. */
async function status(): Promise<string> {
  const { runAsDbAdmin } = ground().server;
  const command = 'cd /opt/paal/scripts && ./run-migrations.sh --env=production --status';
  return (await runAsDbAdmin(command)).output;
}

/** The ssh clients of this process. */
function clients(): readonly number[] {
  const out = execFileSync('ps', ['-eo', 'pid,ppid,comm'], { encoding: 'utf8' });
  return [...out.matchAll(/^ *(\d+) +(\d+) +ssh$/gm)]
    .filter(([, , parent]) => Number(parent) === process.pid)
    .map(([, pid]) => Number(pid));
}

/** The processes of sshd that serve db-admin. */
async function sessions(): Promise<readonly number[]> {
  const all = await ground().server.processes();
  return [...all].filter(([, line]) => line.startsWith('sshd: db-admin')).map(([pid]) => pid);
}

describe('a run that is cancelled', () => {
  serverTest('stops on the server, too, frees its lease, and says what was cut off', async () => {
    const { options, changelog } = ground();
    const call = await begin();
    const asked = performance.now();
    call.cancel.abort();
    const { failure, result, exitCode } = await call.outcome;
    expect(performance.now() - asked).toBeLessThan(7_000);
    await allGone();
    expect(exitCode).toBe(143);
    expect(failure?.message).toContain('The run was cancelled while');
    expect(result?.failure?.kind).toBe('failed');
    expect(await changelog()).toEqual([]);
    expect(await status()).toMatch(new RegExp(`interrupted +${A}`));
    expect(await status()).not.toContain('The lease is held');
    const next = await overSsh({ onInterrupted: 'retry' }, { ...options, interval: 1 });
    await ground().release();
    expect((await next.outcome).failure).toBeUndefined();
    expect(await changelog()).toEqual([A, B]);
  });

  serverTest('goes on there when it is to be left, and is known afterwards', async () => {
    const call = await begin({ onCancel: 'leave' });
    call.cancel.abort();
    const { failure, result } = await call.outcome;
    expect(result).toBeUndefined();
    expect(failure?.message).toMatch(/goes on on 127\.0\.0\.1 \(process \d+ of db-admin\)/);
    expect(failure?.message).toContain('./run-migrations.sh --env=production --status');
    expect(await status()).toContain(
      'The lease is held by https://github.com/paal/shop/actions/runs/42',
    );
    await ground().release();
    await allGone();
    expect(await ground().changelog()).toEqual([A, B]);
  });
});

describe('a connection that is lost in the middle', () => {
  serverTest(
    'with the process of sshd: the run stops, and the server is asked what it came to',
    async () => {
      const call = await begin();
      for (const pid of await sessions()) process.kill(pid, 'SIGKILL');
      const { failure } = await call.outcome;
      expect(call.log.join('\n')).toContain('Warning: The ssh connection to 127.0.0.1 was lost');
      expect(failure?.message).toContain('was lost in the middle of up');
      expect(failure?.message).toMatch(
        new RegExp(
          `The run has ended since, .* applied by this run: none; ${A}\\S* is interrupted`,
        ),
      );
      await allGone();
      expect(await status()).toMatch(new RegExp(`interrupted +${A}`));
    },
  );

  serverTest('without a word: both ends see it, and the run does not outlive it', async () => {
    const { server } = ground();
    const way = await cuttableWay(server.port);
    const call = await begin({ port: way.port, hostKey: server.hostKey });
    way.freeze();
    way.mend();
    const { failure } = await call.outcome;
    expect(failure?.message).toContain('(it gave no sign of life)');
    expect(failure?.message).toContain('The run has ended since');
    await allGone();
    await way.stop();
  });

  serverTest(
    'after the last migration: the database says that all is done, and that is a success',
    async () => {
      const { server, release, changelog } = ground();
      const way = await cuttableWay(server.port);
      const call = await begin({ port: way.port, onCancel: 'leave' });
      way.cut();
      await call.says(/Warning: The ssh connection/);
      await release();
      const { failure, result, exitCode } = await call.outcome;
      expect(failure?.message).toBeUndefined();
      expect(exitCode).toBeUndefined();
      expect(result).toMatchObject({
        command: 'up',
        status: 'applied',
        appliedCount: 2,
        current: B,
      });
      expect(call.log.at(-1)).toContain('Warning: The connection was lost, but the run');
      expect(await changelog()).toEqual([A, B]);
      await way.stop();
    },
  );

  serverTest(
    'with a server that is gone for good: what became of the run is called unknown',
    async () => {
      const { server } = ground();
      const way = await cuttableWay(server.port);
      const call = await begin({ port: way.port });
      await way.stop();
      const { failure } = await call.outcome;
      expect(failure?.message).toContain('what became of the run is unknown');
      expect(failure?.message).toContain('refuses connections');
      expect(failure?.message).toContain('at most 9 s after the loss');
      await allGone();
    },
  );
});

describe('an ssh client that is killed', () => {
  serverTest('takes the run with it', async () => {
    const call = await begin();
    const [client = 0] = clients();
    process.kill(client, 'SIGKILL');
    const { failure } = await call.outcome;
    expect(failure?.message).toContain('was lost in the middle of up');
    await allGone();
    expect(await status()).toMatch(new RegExp(`interrupted +${A}`));
  });
});
