import { describe, expect, test } from '@jest/globals';
import { patienceOf, type SshOptions, sshArguments, sshConfig } from './ssh-config.ts';
import { makeSshFolder } from './ssh-folder.ts';

const OPTIONS: SshOptions = {
  host: 'db-server',
  port: 22,
  user: 'db-admin',
  hostKey: '',
  key: undefined,
  certificate: undefined,
  agent: '/run/agent',
  jump: undefined,
  directory: '/opt/paal/scripts',
  onCancel: 'stop',
  temporary: '/nowhere',
};
const FILES = { knownHosts: '/t/known_hosts', key: undefined, certificate: undefined };

describe('the configuration of the ssh client', () => {
  test('checks host keys against what was given alone, asks nobody, and passes nothing on', () => {
    const lines = sshConfig(OPTIONS, FILES).split('\n');
    for (const line of [
      'StrictHostKeyChecking yes',
      'UserKnownHostsFile "/t/known_hosts"',
      'GlobalKnownHostsFile /dev/null',
      'BatchMode yes',
      'ForwardAgent no',
      'ForwardX11 no',
      'ControlMaster no',
      'ServerAliveInterval 10',
      'ServerAliveCountMax 3',
    ]) {
      expect(lines).toContain(`  ${line}`);
    }
  });

  test('uses the key that was given and no other, or else the agent', () => {
    const withKey = sshConfig(OPTIONS, { ...FILES, key: '/t/100%/key', certificate: '/t/cert' });
    expect(withKey).toContain(
      'IdentitiesOnly yes\n  IdentityFile "/t/100%%/key"\n  IdentityAgent none',
    );
    expect(withKey).toContain('CertificateFile "/t/cert"');
    expect(sshConfig(OPTIONS, FILES)).toContain('IdentityFile none\n  IdentityAgent "/run/agent"');
  });

  test('gives the server more patience than the client has', () => {
    expect(patienceOf(OPTIONS)).toBe(45);
  });
});

describe('the call of the ssh client', () => {
  test('names user and port of every server on the way', () => {
    const options = { ...OPTIONS, port: 2222, jump: 'gate, ops@[::1]:2022 ,root@10.0.0.1' };
    expect(sshArguments(options, '/t/config', 'exec x')).toEqual([
      ...['-F', '/t/config', '-T', '-p', '2222', '-l', 'db-admin'],
      ...['-J', 'db-admin@gate:22,ops@[::1]:2022,root@10.0.0.1:22'],
      ...['--', 'db-server', 'exec x'],
    ]);
  });

  test.each<[Partial<SshOptions>, string]>([
    [{ host: '-oProxyCommand=id' }, '"ssh-host"'],
    [{ host: 'a b' }, '"ssh-host"'],
    [{ host: 'a%h' }, '"ssh-host"'],
    [{ user: '-l' }, '"ssh-user"'],
    [{ user: 'a\nb' }, '"ssh-user"'],
    [{ port: 70_000 }, '"ssh-port"'],
    [{ jump: '-oX@gate' }, '"ssh-jump"'],
    [{ jump: 'gate:x' }, '"ssh-jump"'],
    [{ jump: 'gate;id' }, '"ssh-jump"'],
  ])('with %j is refused before any file is made', async (over, input) => {
    await expect(makeSshFolder({ ...OPTIONS, ...over })).rejects.toThrow(`The input ${input}`);
  });

  test('without key and agent is refused with what to do', async () => {
    const hostKey = `ssh-ed25519 ${Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0\x20').toString('base64')}`;
    await expect(makeSshFolder({ ...OPTIONS, hostKey, agent: undefined })).rejects.toThrow(
      'give the input "ssh-key", or start an ssh-agent',
    );
    await expect(makeSshFolder({ ...OPTIONS, hostKey, certificate: 'x' })).rejects.toThrow(
      '"ssh-certificate" is of no use without "ssh-key"',
    );
  });
});
