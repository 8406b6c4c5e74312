import { createHash } from 'node:crypto';
import {
  chmod,
  copyFile,
  mkdir,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '@paal/core/errors';
import { ExecaError, execa } from 'execa';
import { repositoryRoot } from '../../scripts/repository.ts';

/** The npm that Node 24 releases bring along. */
const NPM = {
  version: '11.21.2',
  integrity:
    'sha512-7HPApk+AflMUavSseL1Pm6CnYqMIHk53x+KmuhqmTDqPkjPMgxIpTPcTqsE91EKNw4gFBJV9fnXiSdGm1DXq9A==',
};

/** What a shell, npm and the node binary need; apt finds out what these need in turn. */
const PACKAGES = ['base-files', 'coreutils', 'dash', 'libstdc++6'];
const MERGED = ['bin', 'sbin', 'lib', 'lib64'];
const DOCUMENTATION = ['doc', 'info', 'lintian', 'locale', 'man'];

const nodeBinary = join(
  repositoryRoot,
  'node_modules',
  `node-${process.platform}-${process.arch}`,
  'bin',
  'node',
);

async function run(command: string, args: readonly string[], cwd: string, signal?: AbortSignal) {
  try {
    await execa(command, args, {
      cwd,
      all: true,
      env: { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
      ...(signal ? { cancelSignal: signal } : {}),
    });
  } catch (error) {
    if (!(error instanceof ExecaError) || error.isCanceled) throw error;
    throw new UserError(
      `"${command} ${args.join(' ')}" failed, which the base image for Node needs:\n` +
        String(error.all || error.shortMessage),
      { cause: error },
    );
  }
}

/** Downloads the packages as if none were installed, and installs none. */
async function downloadPackages(directory: string, signal?: AbortSignal): Promise<void> {
  await mkdir(join(directory, 'partial'), { recursive: true });
  const settings = {
    'Dir::State::status': '/dev/null',
    'Dir::Cache::archives': directory,
    'APT::Install-Recommends': 'false',
    'APT::Sandbox::User': 'root',
  };
  const args = [
    ...Object.entries(settings).flatMap(([name, value]) => ['--option', `${name}=${value}`]),
    ...['install', '--yes', '--download-only', ...PACKAGES],
  ];
  try {
    await run('apt-get', args, directory, signal);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    // The lists are missing or out of date: both are mended by fetching them.
    await run('apt-get', ['update'], directory, signal);
    await run('apt-get', args, directory, signal);
  }
}

async function unpackPackages(archives: string, root: string, signal?: AbortSignal): Promise<void> {
  for (const folder of MERGED) {
    await mkdir(join(root, 'usr', folder), { recursive: true });
    await symlink(join('usr', folder), join(root, folder));
  }
  const packages = (await readdir(archives)).filter((name) => name.endsWith('.deb')).sort();
  const unpack = 'dpkg-deb --fsys-tarfile "$1" | tar --extract --keep-directory-symlink';
  for (const name of packages) {
    await run('sh', ['-c', unpack, 'sh', join(archives, name)], root, signal);
  }
  for (const folder of DOCUMENTATION) {
    await rm(join(root, 'usr', 'share', folder), { recursive: true, force: true });
  }
}

async function addUsers(root: string): Promise<void> {
  const users = ['root:x:0:0:root:/root:/bin/sh', 'node:x:1000:1000::/home/node:/bin/sh'];
  await writeFile(join(root, 'etc', 'passwd'), `${users.join('\n')}\n`);
  await writeFile(join(root, 'etc', 'group'), 'root:x:0:\nnode:x:1000:\n');
  await mkdir(join(root, 'home', 'node'), { recursive: true });
  await run('chown', ['1000:1000', join(root, 'home', 'node')], root);
}

async function addNpm(root: string, scratch: string, signal?: AbortSignal): Promise<void> {
  const file = join(scratch, `npm-${NPM.version}.tgz`);
  await run('npm', ['pack', `npm@${NPM.version}`, '--pack-destination', scratch], scratch, signal);
  const hash = createHash('sha512')
    .update(await readFile(file))
    .digest('base64');
  if (`sha512-${hash}` !== NPM.integrity) {
    throw new UserError(
      `npm ${NPM.version} from the npm registry is not the released one: its integrity is ` +
        `sha512-${hash}, expected ${NPM.integrity}.`,
    );
  }
  const target = join(root, 'usr/local/lib/node_modules/npm');
  await mkdir(target, { recursive: true });
  await run('tar', ['--extract', '--strip-components=1', '--file', file], target, signal);
  for (const name of ['npm', 'npx']) {
    const program = `lib/node_modules/npm/bin/${name}-cli.js`;
    await chmod(join(root, 'usr/local', program), 0o755);
    await symlink(join('..', program), join(root, 'usr/local/bin', name));
  }
}

/** Changes whenever the files that {@link writeNodeRoot} writes would. */
export async function nodeRootKey(): Promise<string> {
  const hash = createHash('sha256').update(await readFile(new URL(import.meta.url)));
  hash.update(process.arch).update(await readFile(nodeBinary));
  return hash.digest('hex').slice(0, 16);
}

/**
 * Writes the files of an image like Docker Hub's node:24-slim to `root`, out of Debian packages, the
 * pinned Node and npm. `scratch` is an empty folder for what is needed only meanwhile.
 * @throws UserError where apt-get or the npm registry does not give them
 */
export async function writeNodeRoot(
  root: string,
  scratch: string,
  signal?: AbortSignal,
): Promise<void> {
  const archives = join(scratch, 'packages');
  await downloadPackages(archives, signal);
  await unpackPackages(archives, root, signal);
  await addUsers(root);
  for (const folder of ['bin', 'etc', 'lib/node_modules']) {
    await mkdir(join(root, 'usr/local', folder), { recursive: true });
  }
  await copyFile(nodeBinary, join(root, 'usr/local/bin/node'));
  await chmod(join(root, 'usr/local/bin/node'), 0o755);
  await addNpm(root, scratch, signal);
}
