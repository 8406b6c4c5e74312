import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { knownHosts } from './ssh-host-key.ts';
import { privateKey } from './ssh-key.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paal-keys-'));
});
afterAll(async () => await rm(folder, { recursive: true }));

async function generate(name: string, ...options: readonly string[]) {
  const path = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-f', path, ...options]);
  return { key: await readFile(path, 'utf8'), line: await readFile(`${path}.pub`, 'utf8') };
}

describe('a private key', () => {
  test.each<[string, readonly string[]]>([
    ['ed25519', ['-t', 'ed25519', '-N', '']],
    ['rsa in PEM', ['-t', 'rsa', '-b', '2048', '-m', 'PEM', '-N', '']],
    ['ecdsa in PKCS 8', ['-t', 'ecdsa', '-m', 'PKCS8', '-N', '']],
  ])('of %s without a passphrase is taken, with its line ends mended', async (name, options) => {
    const { key } = await generate(`open-${name.replaceAll(' ', '-')}`, ...options);
    expect(privateKey(key)).toBe(key);
    expect(privateKey(key.trim().replaceAll('\n', '\r\n'))).toBe(key);
  });

  test.each<[string, readonly string[]]>([
    ['ed25519', ['-t', 'ed25519', '-N', 'secret-phrase']],
    ['rsa in PEM', ['-t', 'rsa', '-b', '2048', '-m', 'PEM', '-N', 'secret-phrase']],
    ['ecdsa in PKCS 8', ['-t', 'ecdsa', '-m', 'PKCS8', '-N', 'secret-phrase']],
  ])('of %s with a passphrase is refused with what to do', async (name, options) => {
    const { key } = await generate(`locked-${name.replaceAll(' ', '-')}`, ...options);
    expect(() => privateKey(key)).toThrow(/has a passphrase.*ssh-agent/);
  });

  test('that is a public key, one of PuTTY, a part, or something else is refused as that', async () => {
    const { key, line } = await generate('other', '-t', 'ed25519', '-N', '');
    expect(() => privateKey(line)).toThrow('is a public key');
    expect(() => privateKey('PuTTY-User-Key-File-3: ssh-ed25519\n')).toThrow('puttygen');
    expect(() => privateKey(key.split('\n').slice(0, 3).join('\n'))).toThrow('is no private key');
    expect(() => privateKey(key.replace(/\n.*\n/, '\n'))).toThrow('is damaged');
    expect(() => privateKey('hunter2')).toThrow(/^(?!.*hunter2)/);
  });
});

describe('host keys', () => {
  const hosts = (text: string) => knownHosts(text, 'db-server', 22);

  test('may be lines of known_hosts, or the public key of the server', async () => {
    const { line } = await generate('host', '-t', 'ed25519', '-N', '');
    const [type, blob] = line.split(' ');
    expect(hosts(line)).toBe(`db-server ${type} ${blob}\n`);
    expect(knownHosts(line, 'db-server', 2222)).toBe(`[db-server]:2222 ${type} ${blob}\n`);
    const written = `# keys\r\n\r\n|1|salt=|hash= ${type} ${blob}\n@cert-authority *.example ${type} ${blob}`;
    expect(hosts(written)).toBe(
      `|1|salt=|hash= ${type} ${blob}\n@cert-authority *.example ${type} ${blob}\n`,
    );
  });

  test('are required', () => {
    expect(() => hosts(' \n# none\n')).toThrow(
      /"ssh-host-key" is empty.*ssh-keyscan -p 22 db-server/,
    );
  });

  test.each([
    ['SHA256:abc', 'is a fingerprint'],
    ['-----BEGIN OPENSSH PRIVATE KEY-----', 'must never leave the server'],
    ['db-server ssh-ed25519 AAAA', 'is no line of known_hosts'],
    ['db-server', 'is no line of known_hosts'],
  ])('that are none are refused: %s', (text, says) => {
    expect(() => hosts(`# first\n${text}`)).toThrow(says);
  });
});
