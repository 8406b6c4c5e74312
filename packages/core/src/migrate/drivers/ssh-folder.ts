import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../errors.ts';
import {
  checkHost,
  checkPort,
  checkUser,
  jumpHosts,
  type SshOptions,
  sshConfig,
} from './ssh-config.ts';
import { knownHosts } from './ssh-host-key.ts';
import { privateKey } from './ssh-key.ts';

/** What the ssh client is started with. */
export interface SshFolder {
  /** Path of its configuration. */
  readonly config: string;
  /** Takes away the key, and all else. */
  remove(): Promise<void>;
}

/** Takes away the folder of an ssh client, if it is still there. */
export async function removeSshFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

function check(options: SshOptions): { readonly hosts: string; readonly key: string | undefined } {
  checkHost(options.host, 'ssh-host');
  checkUser(options.user, 'ssh-user');
  checkPort(options.port, 'ssh-port');
  jumpHosts(options);
  const hosts = knownHosts(options.hostKey, options.host, options.port);
  if (options.key === undefined && options.agent === undefined) {
    throw new UserError(
      'There is no key to log in with: give the input "ssh-key", or start an ssh-agent in a step ' +
        'before this one, which sets SSH_AUTH_SOCK.',
    );
  }
  if (options.certificate !== undefined && options.key === undefined) {
    throw new UserError(
      'The input "ssh-certificate" is of no use without "ssh-key"; an agent holds its certificates itself.',
    );
  }
  return { hosts, key: options.key === undefined ? undefined : privateKey(options.key) };
}

/**
 * Writes what the ssh client reads, for nobody but this user.
 * @throws UserError for an option that cannot be right
 */
export async function makeSshFolder(options: SshOptions): Promise<SshFolder> {
  const { hosts, key } = check(options);
  // Its mode is 0700 (https://nodejs.org/api/fs.html#fspromisesmkdtempprefix-options).
  const folder = await mkdtemp(join(options.temporary, 'paal-ssh-'));
  options.onFolder?.(folder);
  const write = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, text, { mode: 0o600, flag: 'wx' });
    return path;
  };
  try {
    const files = {
      knownHosts: await write('known_hosts', hosts),
      key: key && (await write('key', key)),
      certificate:
        options.certificate && (await write('key-cert.pub', `${options.certificate.trim()}\n`)),
    };
    const config = await write('config', sshConfig(options, files));
    return { config, remove: async () => await removeSshFolder(folder) };
  } catch (error) {
    await removeSshFolder(folder);
    throw error;
  }
}
