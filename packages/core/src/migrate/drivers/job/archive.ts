import { readdir, readFile } from 'node:fs/promises';
import { join, normalize, relative, sep } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { errorMessage, UserError } from '../../../errors.ts';

/** The API server takes a ConfigMap of 1 MiB (validation.MaxSecretSize), its start script included. */
const MOST_BYTES = 1_024 * 1_024 - 8 * 1_024;
/** Nobody reads the licences in a pod. */
const LEFT_OUT = /(^|\/)(licenses\.txt|LICENSE|node_modules|\.git)(\/|$)/;
/** As small as gzip makes it, and half the time of what makes it smaller yet. */
const QUALITY = 9;

type Files = Readonly<Record<string, string>>;

async function filesBelow(folder: string, root: string): Promise<Files> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !LEFT_OUT.test(relative(root, path).split(sep).join('/')))
    .sort();
  return Object.fromEntries(
    await Promise.all(
      paths.map(async (path) => [
        relative(root, path).split(sep).join('/'),
        await readFile(path, 'latin1'),
      ]),
    ),
  );
}

function pack(files: Files): Buffer {
  return brotliCompressSync(JSON.stringify(files), {
    params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY },
  });
}

/**
 * The runner as one file of a ConfigMap.
 * @throws Error where it is not there, or too large: it was built so
 */
export async function packRunner(folder: string): Promise<Buffer> {
  const packed = pack(await filesBelow(folder, folder));
  if (packed.length > MOST_BYTES) throw new Error(`${folder} does not fit a ConfigMap`);
  return packed;
}

/**
 * The migrations of a checkout as one file of a ConfigMap: what is below `directory`, without
 * node_modules, and the package.json that says how the files are to be read.
 * @throws UserError when it cannot be read, lies outside of the workspace, or is too large
 */
export async function packMigrations(workspace: string, directory: string): Promise<Buffer> {
  const path = normalize(relative(workspace, join(workspace, directory)));
  if (path.startsWith('..') || directory.startsWith('/')) {
    throw new UserError(
      `The input "directory": ${directory} is not in the checkout, so that it cannot be sent with the ` +
        'Job. Give a path below the root of the repository, or set job-migrations: image.',
    );
  }
  let files: Files;
  try {
    files = await filesBelow(join(workspace, path), workspace);
  } catch (error) {
    throw new UserError(
      `The input "directory": ${directory} cannot be read: ${errorMessage(error)}. Is the repository checked out?`,
      { cause: error },
    );
  }
  const manifest = await readFile(join(workspace, 'package.json'), 'latin1').catch(() => undefined);
  const packed = pack(manifest === undefined ? files : { 'package.json': manifest, ...files });
  if (packed.length > MOST_BYTES) {
    throw new UserError(
      `The migrations in ${directory} take ${packed.length} bytes, packed, and a ConfigMap holds ` +
        `${MOST_BYTES}: put them into the image, and set job-migrations: image.`,
    );
  }
  return packed;
}
