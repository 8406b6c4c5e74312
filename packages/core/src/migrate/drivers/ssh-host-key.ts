import { UserError } from '../../errors.ts';

const KEY_TYPE =
  /^(?:ssh-(?:ed25519|rsa)|ecdsa-sha2-nistp(?:256|384|521)|sk-[a-z0-9-]+@openssh\.com|[a-z0-9-]+-cert-v01@openssh\.com)$/;

/** A host as known_hosts names it: with its port where that is not 22. */
export function knownHostName(host: string, port: number): string {
  return port === 22 ? host : `[${host}]:${port}`;
}

/** Whether `blob` is a public key of `type`: it begins with the length and the name of its type. */
function isPublicKey(type: string, blob: string): boolean {
  const bytes = Buffer.from(blob, 'base64');
  if (bytes.length < 4 + type.length) return false;
  const length = bytes.readUInt32BE(0);
  return length === type.length && bytes.toString('latin1', 4, 4 + length) === type;
}

function howTo(host: string, port: number): string {
  return (
    `Take it from the server itself (on its console: cat /etc/ssh/ssh_host_ed25519_key.pub), or run ` +
    `"ssh-keyscan -p ${port} ${host}" from a network that you trust.`
  );
}

/**
 * The lines of the input `ssh-host-key` as known_hosts has them. A line that is only a key (as in
 * the server's `ssh_host_ed25519_key.pub`) is one of `host`.
 * @throws UserError for a line that is no key, and when there is none
 */
export function knownHosts(text: string, host: string, port: number): string {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (lines.length === 0) {
    throw new UserError(
      `The input "ssh-host-key" is empty: without the host key of ${host} nobody could tell the server ` +
        `from another one. ${howTo(host, port)}`,
    );
  }
  const known = lines.map((line, index) => {
    const words = line.split(/\s+/);
    const bare = KEY_TYPE.test(words[0] ?? '');
    const [type = '', blob = ''] = bare ? words : words.slice(words[0]?.startsWith('@') ? 2 : 1);
    if (KEY_TYPE.test(type) && isPublicKey(type, blob)) {
      return bare ? `${knownHostName(host, port)} ${type} ${blob}` : line;
    }
    const kind = /PRIVATE KEY/.test(line)
      ? 'is of a private key, which must never leave the server'
      : /^(SHA256|MD5):/.test(line)
        ? 'is a fingerprint, from which the key cannot be told'
        : 'is no line of known_hosts, and no public key';
    throw new UserError(
      `Line ${index + 1} of the input "ssh-host-key" ${kind}. ${howTo(host, port)}`,
    );
  });
  return `${known.join('\n')}\n`;
}
