import { UserError } from '../../errors.ts';

const CURE =
  'Make a key for this purpose alone with "ssh-keygen -t ed25519 -N \'\' -f paal-key", put ' +
  'paal-key.pub into authorized_keys on the server and the whole of paal-key into the secret.';

const OPENSSH = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END OPENSSH PRIVATE KEY-----/;

/** The cipher of a private key in OpenSSH's own format (its PROTOCOL.key); `none` without a passphrase. */
function cipherOf(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  const magic = 'openssh-key-v1\0';
  if (bytes.toString('latin1', 0, magic.length) !== magic || bytes.length < magic.length + 4) {
    throw new UserError(`The input "ssh-key" is damaged: a part of it is missing. ${CURE}`);
  }
  const length = bytes.readUInt32BE(magic.length);
  return bytes.toString('latin1', magic.length + 4, magic.length + 4 + length);
}

/**
 * A private key as the ssh client reads it: line ends are mended, as pasting them into a form
 * changes them.
 * @throws UserError for what is no private key, and for one with a passphrase, which nobody could
 *   type here; the key is not shown
 */
export function privateKey(text: string): string {
  const key = `${text.replace(/\r\n?/g, '\n').trim()}\n`;
  if (/^PuTTY-User-Key-File-/.test(key)) {
    throw new UserError(
      'The input "ssh-key" is a key of PuTTY. Convert it with "puttygen key.ppk -O private-openssh -o key".',
    );
  }
  if (/^(ssh-|ecdsa-)/.test(key)) {
    throw new UserError(
      'The input "ssh-key" is a public key; the private one is needed, the file without ".pub".',
    );
  }
  if (
    !/^-----BEGIN [A-Z ]*PRIVATE KEY-----\n[\s\S]+\n-----END [A-Z ]*PRIVATE KEY-----\n$/.test(key)
  ) {
    throw new UserError(
      'The input "ssh-key" is no private key: it must be the whole file, from its line "-----BEGIN" to ' +
        `its line "-----END". ${CURE}`,
    );
  }
  const openssh = OPENSSH.exec(key)?.[1];
  const encrypted =
    openssh === undefined
      ? /BEGIN ENCRYPTED PRIVATE KEY|^Proc-Type: .*ENCRYPTED/m.test(key)
      : cipherOf(openssh) !== 'none';
  if (encrypted) {
    throw new UserError(
      'The input "ssh-key" has a passphrase, which nobody can type in a workflow. Give the key to an ' +
        'ssh-agent in a step before this one (then leave "ssh-key" empty), or use one without a ' +
        `passphrase. ${CURE}`,
    );
  }
  return key;
}
