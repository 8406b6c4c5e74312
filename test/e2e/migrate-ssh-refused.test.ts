import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect } from '@jest/globals';
import { execa } from 'execa';
import type { SshOptions } from '../../packages/core/src/migrate/drivers/ssh-config.ts';
import { makeKey } from '../sshd/server.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { A, marking } from './migrate-fixture.ts';
import { databaseServer, overSsh, serverTest } from './migrate-ssh-fixture.ts';

const ground = databaseServer();

/** Why a run fails with these options; nothing may have been changed. */
async function refusal(over: Partial<SshOptions>): Promise<string> {
  const { options, reset, changelog } = ground();
  await reset({ [A]: marking('a') });
  const { failure, result } = await overSsh({}, { ...options, ...over }).outcome;
  expect(result).toBeUndefined();
  expect(await changelog()).toEqual([]);
  return failure?.message ?? 'it succeeded';
}

/** The private key, and the line and the fingerprint of the public one, of a new pair. */
async function newKey(passphrase = '') {
  const path = join(await temporaryFolder('key'), 'key');
  await makeKey(path, passphrase);
  const [type, blob] = (await readFile(`${path}.pub`, 'utf8')).split(' ');
  const [, fingerprint = ''] = (await execa('ssh-keygen', ['-lf', path])).stdout.split(' ');
  return { path, key: await readFile(path, 'utf8'), line: `${type} ${blob}`, fingerprint };
}

async function fingerprintOf(line: string): Promise<string> {
  return (await execa('ssh-keygen', ['-lf', '-'], { input: line })).stdout.split(' ')[1] ?? '';
}

describe('a server that shows another host key', () => {
  serverTest(
    'is not spoken to; the key that it offered is told, and where to compare it',
    async () => {
      const { server } = ground();
      const message = await refusal({ hostKey: (await newKey()).line });
      expect(message).toContain(
        `The host key of [127.0.0.1]:${server.port} is not the one in the input "ssh-host-key"`,
      );
      expect(message).toContain(`offered ssh-ed25519 ${await fingerprintOf(server.hostKey)}`);
      expect(message).toContain('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub');
    },
  );

  serverTest('is not spoken to either when only other servers are known', async () => {
    const { server } = ground();
    const message = await refusal({ hostKey: `other.example ${server.hostKey}` });
    expect(message).toContain(
      `The input "ssh-host-key" has no key for [127.0.0.1]:${server.port}, which offered ssh-ed25519`,
    );
  });
});

describe('a login that is not let in', () => {
  serverTest('with a key that the server does not know is told with its fingerprint', async () => {
    const { key, fingerprint } = await newKey();
    const message = await refusal({ key });
    expect(message).toContain(`127.0.0.1 did not let db-admin in, with the key ${fingerprint}.`);
    expect(message).toContain('authorized_keys');
  });

  serverTest('as a user who does not exist is told with the user', async () => {
    expect(await refusal({ user: 'db-admim' })).toContain('did not let db-admim in');
  });

  serverTest('with an agent that holds nothing is told so', async () => {
    const agent = join(await temporaryFolder('agent'), 'socket');
    const { pid } = await startAgent(agent);
    try {
      expect(await refusal({ key: undefined, agent })).toContain('no key was offered');
    } finally {
      process.kill(pid);
    }
  });
});

async function startAgent(socket: string): Promise<{ readonly pid: number }> {
  const { stdout } = await execa('ssh-agent', ['-s', '-a', socket]);
  return { pid: Number(/SSH_AGENT_PID=(\d+)/.exec(stdout)?.[1]) };
}

describe('a login that is let in', () => {
  serverTest('may have its key from an agent', async () => {
    const { options, reset, server } = ground();
    await reset({});
    const folder = await temporaryFolder('agent');
    const agent = join(folder, 'socket');
    const { pid } = await startAgent(agent);
    try {
      await execa('ssh-add', ['-q', '-'], { input: server.key, env: { SSH_AUTH_SOCK: agent } });
      const { failure } = await overSsh({}, { ...options, key: undefined, agent }).outcome;
      expect(failure).toBeUndefined();
    } finally {
      process.kill(pid);
    }
  });

  serverTest('may come by another server, whose host key is checked as well', async () => {
    const { options, reset, server } = ground();
    await reset({ [A]: marking('a') });
    const jump = `localhost:${server.port}`;
    const unknown = await overSsh({}, { ...options, jump }).outcome;
    expect(unknown.failure?.message).toContain(`has no key for [localhost]:${server.port}`);
    const hostKey = `${server.hostKey}\n[localhost]:${server.port} ${server.hostKey}`;
    const { failure, result } = await overSsh({}, { ...options, jump, hostKey }).outcome;
    expect(failure?.message).toBeUndefined();
    expect(result).toMatchObject({ status: 'applied' });
  });

  serverTest('with a login shell that runs nothing is told so', async () => {
    expect(await refusal({ user: 'nobody-here' })).toContain(
      'let nobody-here in, but did not run the command (exit code 1)',
    );
  });
});

describe('a server that cannot be reached', () => {
  serverTest('because sshd does not run is told so', async () => {
    const { options } = ground();
    const message = await refusal({ port: 1, hostKey: options.hostKey });
    expect(message).toContain('port 1, refuses connections. Check that sshd runs there');
  });

  serverTest('because its name is unknown is told so', async () => {
    expect(await refusal({ host: 'db-server.invalid' })).toMatch(
      /The server db-server\.invalid, .*has no address/,
    );
  });

  serverTest('because something else listens there is told so', async () => {
    const other = createServer((socket) => socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const message = await refusal({ port });
    await new Promise((resolve) => other.close(resolve));
    expect(message).toMatch(/is no ssh server|closed the connection before it said who it is/);
  });
});

describe('a server without', () => {
  serverTest('the folder of the scripts is told with what to do', async () => {
    expect(await refusal({ directory: '/opt/paal/script' })).toContain(
      'there is no folder /opt/paal/script that db-admin may enter. Install the scripts there',
    );
  });

  serverTest('the script is told with what to do', async () => {
    expect(await refusal({ directory: '/opt/paal/lib' })).toContain(
      '/opt/paal/lib/run-migrations.sh is missing',
    );
  });

  serverTest('settings for the environment is told by the script itself', async () => {
    const { options } = ground();
    const call = overSsh({ environment: 'staging' }, options);
    const { exitCode, failure } = await call.outcome;
    expect(exitCode).toBe(2);
    expect(failure?.message).toContain('./run-migrations.sh on 127.0.0.1 ended with exit code 2');
    expect(call.log.join('\n')).toContain('/etc/paal/staging.env is missing');
  });
});
