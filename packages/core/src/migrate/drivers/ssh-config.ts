import { UserError } from '../../errors.ts';
import type { OnCancel } from './ssh-remote.ts';

/** How the database's server is reached, and what is done there. */
export interface SshOptions {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Lines of known_hosts, or public keys of `host`. */
  readonly hostKey: string;
  /** A private key without a passphrase; `undefined`: those of the agent. */
  readonly key: string | undefined;
  /** The certificate of `key`. */
  readonly certificate: string | undefined;
  /** The socket of an ssh-agent, as SSH_AUTH_SOCK names it. */
  readonly agent: string | undefined;
  /** Servers on the way, `[USER@]HOST[:PORT]` by comma. */
  readonly jump: string | undefined;
  /** Where the scripts lie on the server. */
  readonly directory: string;
  readonly onCancel: OnCancel;
  /** Where the files for the ssh client are made, in a folder of their own. */
  readonly temporary: string;
  /** Told the folder as soon as it is there, so that it can be removed if this process is not to. */
  onFolder?(folder: string): void;
  /** Seconds between two signs of life; default 10. */
  readonly interval?: number;
}

/** Seconds. */
export const DEFAULT_INTERVAL = 10;

/** Signs of life that may stay away before the client takes the connection for dead. */
const MISSED = 3;

/** Seconds after which the server stops a run of whose client it hears nothing. */
export function patienceOf({ interval = DEFAULT_INTERVAL }: Pick<SshOptions, 'interval'>): number {
  // Later than the client gives up, so that both agree that the connection is lost.
  return (MISSED + 1) * interval + 5;
}

/** Where the ssh client finds what it reads. */
export interface SshFiles {
  readonly knownHosts: string;
  readonly key: string | undefined;
  readonly certificate: string | undefined;
}

// No option, no token of the client (%), nothing that ends a word.
const HOST = /^[A-Za-z0-9_:](?:[A-Za-z0-9._:-]*[A-Za-z0-9_:])?$/;
const USER = /^[A-Za-z0-9_][A-Za-z0-9_.@-]*\$?$/;

/** @throws UserError for what is none */
export function checkHost(host: string, input: string): string {
  if (HOST.test(host)) return host;
  throw new UserError(
    `The input "${input}": "${host}" is not the name or the address of a server.`,
  );
}

/** @throws UserError for what is none */
export function checkUser(user: string, input: string): string {
  if (USER.test(user)) return user;
  throw new UserError(`The input "${input}": "${user}" is not the name of a user.`);
}

/** @throws UserError for what is none */
export function checkPort(port: number, input: string): number {
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new UserError(
    `The input "${input}": ${port} is not a port; write a number from 1 to 65535.`,
  );
}

/** The servers on the way, each with user and port: the client's defaults are not ours. */
export function jumpHosts({ jump, user }: Pick<SshOptions, 'jump' | 'user'>): string {
  const hosts = (jump ?? '').split(',').map((one) => one.trim());
  return hosts
    .filter((one) => one !== '')
    .map((one) => {
      const [, login = user, ipv6, name, port = '22'] =
        /^(?:([^@]+)@)?(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(one) ?? [];
      const host = ipv6 ?? name;
      if (host === undefined) {
        throw new UserError(
          `The input "ssh-jump": "${one}" is not a server; write USER@HOST or USER@HOST:PORT.`,
        );
      }
      checkHost(host, 'ssh-jump');
      checkUser(login, 'ssh-jump');
      checkPort(Number(port), 'ssh-jump');
      return `${login}@${ipv6 === undefined ? host : `[${host}]`}:${port}`;
    })
    .join(',');
}

/** A path as a value of the configuration. */
const quoted = (path: string): string => `"${path.replaceAll('%', '%%')}"`;

/**
 * The ssh client's whole configuration: no file of the machine adds to it, and it holds for every
 * server on the way too, which options on the command line do not. The log of the client is what a
 * failure is told from (https://man.openbsd.org/ssh_config).
 */
export function sshConfig(options: SshOptions, files: SshFiles): string {
  const interval = String(options.interval ?? DEFAULT_INTERVAL);
  const settings: readonly (readonly [string, string])[] = [
    ['BatchMode', 'yes'],
    ['StrictHostKeyChecking', 'yes'],
    ['UserKnownHostsFile', quoted(files.knownHosts)],
    ['GlobalKnownHostsFile', '/dev/null'],
    ['UpdateHostKeys', 'no'],
    ['CheckHostIP', 'no'],
    ['VerifyHostKeyDNS', 'no'],
    ['PreferredAuthentications', 'publickey'],
    ...(files.key === undefined
      ? ([
          ['IdentityFile', 'none'],
          ['IdentityAgent', quoted(options.agent ?? 'none')],
        ] as const)
      : ([
          ['IdentitiesOnly', 'yes'],
          ['IdentityFile', quoted(files.key)],
          ['IdentityAgent', 'none'],
        ] as const)),
    ...(files.certificate === undefined
      ? []
      : ([['CertificateFile', quoted(files.certificate)]] as const)),
    ['ConnectTimeout', '15'],
    ['ConnectionAttempts', '1'],
    ['ServerAliveInterval', interval],
    ['ServerAliveCountMax', String(MISSED)],
    ['TCPKeepAlive', 'yes'],
    ['ForwardAgent', 'no'],
    ['ForwardX11', 'no'],
    ['ClearAllForwardings', 'yes'],
    ['PermitLocalCommand', 'no'],
    ['ControlMaster', 'no'],
    ['ControlPath', 'none'],
    ['RequestTTY', 'no'],
    ['EscapeChar', 'none'],
    ['LogLevel', 'DEBUG1'],
  ];
  return ['Host *', ...settings.map(([name, value]) => `  ${name} ${value}`), ''].join('\n');
}

/** The arguments of the ssh client that runs `commandLine` on the server. */
export function sshArguments(
  options: SshOptions,
  config: string,
  commandLine: string,
): readonly string[] {
  const jump = jumpHosts(options);
  return [
    ...['-F', config, '-T', '-p', String(options.port), '-l', options.user],
    ...(jump === '' ? [] : ['-J', jump]),
    ...['--', options.host, commandLine],
  ];
}
