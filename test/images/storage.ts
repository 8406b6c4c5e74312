import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '@paal/core/errors';
import { ExecaError, execa } from 'execa';
import { withLock } from '../cluster/lock.ts';
import { ensurePackages } from '../cluster/programs/debian-packages.ts';
import { cacheDirectory } from '../cluster/programs/programs.ts';
import type { Progress } from '../cluster/progress.ts';

/** Layers are kept between builds; from so many on all are dropped, rather than let them grow. */
const MOST_IMAGES = 300;
const LINES_OF_OUTPUT = 20;

export interface Options {
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

/** buildah, for the time in which it belongs to this process alone. */
export interface Storage {
  /** An empty folder that is gone afterwards. */
  readonly scratch: string;
  /** Runs buildah; fails with what it printed last. */
  buildah(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<void>;
}

/** Where images and layers are kept between runs. */
export function imageCacheDirectory(): string {
  return join(cacheDirectory(), 'images');
}

async function countImages(storage: string): Promise<number> {
  const list = await readFile(join(storage, 'overlay-images', 'images.json'), 'utf8').catch(
    () => '[]',
  );
  return (JSON.parse(list) as unknown[]).length;
}

/** Takes away what a build that was killed has left, and the layers when there are too many. */
async function tidy(directory: string, storage: string): Promise<void> {
  const left = (await readdir(directory)).filter((name) => name.startsWith('scratch-'));
  for (const name of left) await rm(join(directory, name), { recursive: true, force: true });
  if (left.length > 0 || (await countImages(storage)) > MOST_IMAGES) {
    await rm(storage, { recursive: true, force: true });
  }
}

function requireRoot(): void {
  if (process.platform === 'linux' && process.getuid?.() === 0) return;
  throw new UserError(
    'Images are built with buildah in namespaces of its own, which needs root on Linux: ' +
      'run it as root there.',
  );
}

/**
 * Runs `work` with buildah, one process of this machine at a time. buildah's mounts and processes live
 * in namespaces that end with each call, so that nothing of them is left, even after a SIGKILL.
 * @throws UserError where buildah cannot be had
 */
export async function withStorage<T>(
  { progress = () => {}, signal }: Options,
  work: (storage: Storage) => Promise<T>,
): Promise<T> {
  requireRoot();
  const { buildah } = await ensurePackages(['buildah'], progress, signal);
  const directory = imageCacheDirectory();
  const layers = join(directory, 'layers');
  await mkdir(directory, { recursive: true });
  return await withLock(
    join(directory, 'layers.lock'),
    async () => {
      await tidy(directory, layers);
      const scratch = await mkdtemp(join(directory, 'scratch-'));
      const run: Storage['buildah'] = async (args, env = {}) => {
        const [subcommand = ''] = args;
        const storage = ['--root', layers, '--runroot', join(scratch, 'run')];
        const namespaces = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
        const command = [buildah, ...storage, '--storage-driver', 'overlay', ...args];
        try {
          await execa('unshare', [...namespaces, ...command], {
            all: true,
            env: { TMPDIR: scratch, BUILDAH_ISOLATION: 'chroot', ...env },
            ...(signal ? { cancelSignal: signal } : {}),
          });
        } catch (error) {
          if (!(error instanceof ExecaError) || error.isCanceled) throw error;
          const output = String(error.all || error.shortMessage)
            .trimEnd()
            .split('\n');
          throw new UserError(
            `buildah ${subcommand} failed:\n${output.slice(-LINES_OF_OUTPUT).join('\n')}`,
            { cause: error },
          );
        }
      };
      try {
        return await work({ scratch, buildah: run });
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    },
    (pid) => progress(`waiting for process ${pid}, which is building an image`),
  );
}
