import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { addPath } from '@actions/core';
import { getExecOutput } from '@actions/exec';
import { cacheFile, downloadTool, find } from '@actions/tool-cache';
import { info } from '@paal/core/action/log';
import { errorMessage, UserError } from '@paal/core/errors';

/** SHA-256 of the released binaries, from https://dl.k8s.io/release/VERSION/bin/OS/ARCH/kubectl.sha256. */
const PINNED: Readonly<Record<string, string>> = {
  'v1.36.4/linux/amd64': '8b8f088da2dab964f853b38464033b1be15ede2839eca751482357c45abdd05a',
  'v1.36.4/linux/arm64': '0ecf44450ee6063bf19dd166a103ee6df4a9034455c2abce626e6eea657d73fb',
};

/** Where kubectl comes from. */
export interface KubectlRequest {
  readonly version: string;
  /** SHA-256 that the binary must have, when the user gave one. */
  readonly checksum: string | undefined;
  /** Base address of the releases. */
  readonly downloadUrl: string;
}

interface Platform {
  readonly os: string;
  readonly arch: string;
}

/** @throws UserError on a platform for which Kubernetes releases no kubectl */
export function releasePlatform(os: string, arch: string): Platform {
  const systems: Record<string, string> = { linux: 'linux', darwin: 'darwin', win32: 'windows' };
  const machines: Record<string, string> = { x64: 'amd64', arm64: 'arm64' };
  const [system, machine] = [systems[os], machines[arch]];
  if (!system || !machine) {
    throw new UserError(
      `There is no kubectl release for ${os} on ${arch}; put one on PATH and set kubectl-version to its version, or to none.`,
    );
  }
  return { os: system, arch: machine };
}

/** The version of the kubectl on PATH, such as `v1.36.4`; `undefined` when there is none. */
async function versionOnPath(): Promise<string | undefined> {
  try {
    const { stdout, exitCode } = await getExecOutput(
      'kubectl',
      ['version', '--client', '-o', 'json'],
      {
        silent: true,
        ignoreReturnCode: true,
      },
    );
    if (exitCode !== 0) return undefined;
    const answer = JSON.parse(stdout) as { clientVersion?: { gitVersion?: string } };
    return answer.clientVersion?.gitVersion;
  } catch {
    return undefined;
  }
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

async function publishedChecksum(url: string): Promise<string> {
  const file = await downloadTool(`${url}.sha256`);
  try {
    const [checksum = ''] = (await readFile(file, 'utf8')).trim().split(/\s+/);
    if (!/^[0-9a-f]{64}$/.test(checksum)) {
      throw new UserError(
        `${url}.sha256 does not hold a SHA-256. Set the input "kubectl-checksum".`,
      );
    }
    return checksum;
  } finally {
    await rm(file, { force: true });
  }
}

function knownChecksum(request: KubectlRequest, platform: Platform): string | undefined {
  return request.checksum ?? PINNED[`${request.version}/${platform.os}/${platform.arch}`];
}

function binaryName(platform: Platform): string {
  return platform.os === 'windows' ? 'kubectl.exe' : 'kubectl';
}

/** The tool cache's folder with this kubectl, unless its checksum is known and differs. */
async function findCached(
  request: KubectlRequest,
  platform: Platform,
): Promise<string | undefined> {
  const directory = find('kubectl', request.version.slice(1), platform.arch);
  if (!directory) return undefined;
  const expected = knownChecksum(request, platform);
  if (!expected || (await sha256(join(directory, binaryName(platform)))) === expected) {
    return directory;
  }
  info(`The kubectl in ${directory} has another SHA-256 than expected; downloading it again`);
  return undefined;
}

async function download(request: KubectlRequest, platform: Platform): Promise<string> {
  const { version, downloadUrl } = request;
  const name = binaryName(platform);
  const url = `${downloadUrl}/${version}/bin/${platform.os}/${platform.arch}/${name}`;
  info(`Downloading kubectl ${version} from ${url}`);
  let file: string;
  let expected: string;
  try {
    expected = knownChecksum(request, platform) ?? (await publishedChecksum(url));
    file = await downloadTool(url);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `kubectl ${version} could not be downloaded from ${url}: ${errorMessage(error)}. ` +
        'Is the version right, and the address reachable from this runner? A mirror goes into the input "download-url".',
      { cause: error },
    );
  }
  try {
    const actual = await sha256(file);
    if (actual !== expected) {
      throw new UserError(
        `kubectl from ${url} is not the released one: its SHA-256 is ${actual}, expected ${expected}. ` +
          'It was deleted. Either the download was cut short or the mirror serves another file.',
      );
    }
    await chmod(file, 0o755);
    return await cacheFile(file, name, 'kubectl', version.slice(1), platform.arch);
  } finally {
    await rm(file, { force: true });
  }
}

/**
 * Puts kubectl of the wanted version on PATH: the one that is there already, the one in the runner's
 * tool cache, or a download whose SHA-256 is checked before it is used.
 * @throws UserError when it cannot be had
 */
export async function installKubectl(request: KubectlRequest): Promise<void> {
  const { version } = request;
  if ((await versionOnPath()) === version) {
    info(`kubectl ${version} is on PATH already`);
    return;
  }
  const platform = releasePlatform(process.platform, process.arch);
  const cached = await findCached(request, platform);
  const directory = cached ?? (await download(request, platform));
  addPath(directory);
  info(`kubectl ${version} from the ${cached ? 'tool cache' : 'download'}: ${directory}`);
}
