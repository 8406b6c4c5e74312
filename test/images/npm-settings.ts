import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

/** Where npm looks for settings that concern all users of an image; every Node image has it. */
export const NPM_SETTINGS_IN_IMAGE = '/usr/local/etc';

const PUBLIC_REGISTRY = 'https://registry.npmjs.org/';
const CERTIFICATES = 'ca-certificates.crt';

/** The file with the certificate authorities that this machine wants trusted, when it names one. */
function certificateAuthorities(env: Readonly<NodeJS.ProcessEnv>): string | undefined {
  return env.NODE_EXTRA_CA_CERTS || env.SSL_CERT_FILE || undefined;
}

async function npmRegistry(): Promise<string | undefined> {
  const { stdout, failed } = await execa('npm', ['config', 'get', 'registry'], { reject: false });
  const registry = stdout.trim();
  return failed || registry === '' || registry === PUBLIC_REGISTRY ? undefined : registry;
}

/**
 * Writes to `directory` what npm needs in an image's build to reach the registry that this machine's
 * npm uses; it is mounted during the build only. Gives the npmrc's lines.
 */
export async function writeNpmSettings(
  directory: string,
  env: Readonly<NodeJS.ProcessEnv> = process.env,
): Promise<readonly string[]> {
  const lines = ['update-notifier=false'];
  const authorities = certificateAuthorities(env);
  if (authorities !== undefined) {
    await copyFile(authorities, join(directory, CERTIFICATES));
    lines.push(`cafile=${NPM_SETTINGS_IN_IMAGE}/${CERTIFICATES}`);
  }
  const registry = await npmRegistry();
  if (registry !== undefined) lines.push(`registry=${registry}`);
  await writeFile(join(directory, 'npmrc'), `${lines.join('\n')}\n`);
  return lines;
}
