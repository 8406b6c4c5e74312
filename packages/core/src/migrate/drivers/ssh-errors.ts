import type { UserError } from '../../errors.ts';
import { remoteError } from './remote-failure.ts';
import type { SshOptions } from './ssh-config.ts';

type Place = Pick<SshOptions, 'host' | 'port' | 'user' | 'jump'>;

/** The last match of `pattern` in the log of the client. */
function last(log: readonly string[], pattern: RegExp): RegExpExecArray | undefined {
  for (const line of log.toReversed()) {
    const match = pattern.exec(line);
    if (match) return match;
  }
  return undefined;
}

/** What the client said beside its debugging, at most a few lines of it. */
function said(log: readonly string[]): string {
  const lines = log.filter((line) => !/^debug\d:|^OpenSSH_|^Authenticated to|^@+|^$/.test(line));
  return lines.slice(-4).join(' / ') || 'nothing';
}

function hostKeyError(log: readonly string[], { host, port }: Place): UserError {
  const [, type = 'a key', fingerprint = 'that it did not name'] =
    last(log, /Server host key: (\S+) (\S+)/) ?? [];
  const unknown = last(log, /No \S+ host key is known for (\S+)/);
  const [, name = unknown?.[1] ?? host] =
    last(log, /(?:host key for|known for) (\S+) (?:has changed|and you)/i) ?? [];
  const file = `/etc/ssh/ssh_host_${type.replace(/^ssh-|-.*$/g, '') || 'ed25519'}_key.pub`;
  return remoteError(
    'refused',
    `${unknown ? `The input "ssh-host-key" has no key for ${name}, which` : `The host key of ${name} is not the one in the input "ssh-host-key": the server`} ` +
      `offered ${type} ${fingerprint}. Nothing was sent to it. Either the server has a new key, or ` +
      `something else answers at ${host} port ${port}. Look on the server's own console: ` +
      `"ssh-keygen -lf ${file}". Only when that shows the same fingerprint, put the line of that file ` +
      `into the input "ssh-host-key"${unknown ? `, after the name ${name}` : ''}.`,
  );
}

function deniedError(log: readonly string[], { user, host }: Place): UserError {
  const offered = log.flatMap((line) => {
    const [, key] = /Offering public key: .*?(SHA256:\S+)/.exec(line) ?? [];
    return key === undefined ? [] : [key];
  });
  const unreadable = last(log, /Load key "[^"]*": (.*)/)?.[1];
  const keys = [...new Set(offered)];
  const which =
    unreadable !== undefined
      ? `the private key could not be read (${unreadable.trim()})`
      : keys.length === 0
        ? 'no key was offered: the agent holds none that the server takes'
        : `with the key ${keys.join(', ')}`;
  return remoteError(
    'unreachable',
    `${host} did not let ${user} in, ${which}. Check the user; that the public key stands in that ` +
      `user's ~/.ssh/authorized_keys ("ssh-keygen -lf ~/.ssh/authorized_keys" on the server shows ` +
      'fingerprints), that nobody else may write to that file, its folder and the home; the ' +
      'reason stands in the log of sshd.',
  );
}

/** What an unreachable server is told by, the place of the way where it stands, and what to do. */
const UNREACHABLE: readonly (readonly [RegExp, string, string])[] = [
  [
    /Could not resolve hostname (\S+?):/,
    'has no address',
    'Check the name, and that this runner uses the DNS that knows it.',
  ],
  [
    /connect to (?:host|address) (\S+) port \d+: Connection refused/,
    'refuses connections',
    'Check that sshd runs there, and the port.',
  ],
  [
    /connect to (?:host|address) (\S+) port \d+: .*(?:timed out|unreachable|No route)/,
    'does not answer',
    'Check that a firewall lets the addresses of this runner through; a server in a private network needs ' +
      'a runner in that network, or "ssh-jump".',
  ],
  [
    /(?:Connection timed out during banner exchange|banner exchange: .*(?:timed out|invalid))/,
    'is no ssh server, or an overloaded one',
    'Check the port.',
  ],
  [
    /(?:kex_exchange_identification|ssh_exchange_identification|banner exchange)/,
    'closed the connection before it said who it is',
    'It may have too many logins at once (MaxStartups) or block this runner (fail2ban, hosts.deny); its log says.',
  ],
  [
    /Unable to negotiate with .*: (no matching .*)/,
    'knows no algorithm in common with this client',
    'Bring sshd up to date.',
  ],
  [
    /Too many authentication failures/,
    'closed the connection after too many keys',
    'Give the one key as "ssh-key", instead of an agent with many.',
  ],
  [
    /(?:stdio forwarding failed|open failed: (?:connect failed|administratively prohibited).*)/,
    'could not be reached from the jump host',
    'Check that the jump host reaches it, and allows forwarding (AllowTcpForwarding).',
  ],
];

/**
 * Why no session came about, from the log of the client at LogLevel DEBUG1. `refused` where the
 * client did not want, `unreachable` otherwise; nothing was run.
 */
export function connectError(log: readonly string[], place: Place): UserError {
  if (last(log, /Host key verification failed/)) return hostKeyError(log, place);
  if (last(log, /Permission denied \(/)) return deniedError(log, place);
  const { host, port, jump } = place;
  const way = jump ? ` (by ${jump})` : '';
  for (const [pattern, state, cure] of UNREACHABLE) {
    const match = last(log, pattern);
    if (match) {
      return remoteError(
        'unreachable',
        `The server ${match[1] && !/ /.test(match[1]) ? match[1] : host}, for ssh to ${host} port ${port}${way}, ${state}. ` +
          `${cure} ssh said: ${said(log)}`,
      );
    }
  }
  return remoteError(
    'unreachable',
    `No ssh session with ${host} port ${port}${way} came about. ssh said: ${said(log)}`,
  );
}

/** Why a session ended that had begun. */
export function lossOf(log: readonly string[]): string {
  if (last(log, /Timeout, server \S+ not responding/)) return 'it gave no sign of life';
  if (last(log, /closed by remote host/)) return 'the server closed it';
  if (last(log, /Connection reset/)) return 'it was reset';
  if (last(log, /Broken pipe/)) return 'it broke';
  return `ssh said: ${said(log)}`;
}

/** Why a session came about, and the command did not. */
export function notStartedError(
  said: string | undefined,
  { host, user }: Place,
  { directory, script, exitCode }: { directory: string; script: string; exitCode: number },
): UserError {
  const path = `${directory}/${script.replace(/^\.\//, '')}`;
  const install =
    'Install the scripts there (examples/scripts/README.md), or give the input "ssh-directory".';
  switch (said) {
    case 'no-directory':
      return remoteError(
        'refused',
        `On ${host}, there is no folder ${directory} that ${user} may enter. ${install}`,
      );
    case 'no-script':
      return remoteError('refused', `On ${host}, ${path} is missing. ${install}`);
    case 'not-executable':
      return remoteError(
        'refused',
        `On ${host}, ${user} may not execute ${path}. Set its mode: chmod 755 ${path}`,
      );
    default:
      return remoteError(
        'refused',
        `${host} let ${user} in, but did not run the command (exit code ${exitCode}). The lines above say ` +
          `why; a login shell such as nologin, or a command= in authorized_keys, does that.`,
      );
  }
}
