import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '@paal/core/errors';
import { withLock } from '../cluster/lock.ts';
import { narrate } from '../cluster/progress.ts';
import { type BuiltImage, buildImage } from './build-image.ts';
import { nodeRootKey, writeNodeRoot } from './node-root.ts';
import { NODE_IMAGE, nodeImageIn } from './registries.ts';
import { copyImage, digestInRegistry } from './skopeo.ts';
import { imageCacheDirectory, type Options } from './storage.ts';

const DOCKER_HUB = 'https://registry-1.docker.io/v2/';
const ANSWER_MS = 5_000;

const DOCKERFILE = `FROM scratch
COPY root/ /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
CMD ["node"]
`;

async function dockerHubAnswers(signal?: AbortSignal): Promise<boolean> {
  const patience = AbortSignal.timeout(ANSWER_MS);
  const stop = signal ? AbortSignal.any([signal, patience]) : patience;
  return await fetch(DOCKER_HUB, { signal: stop }).then(
    ({ status }) => status === 200 || status === 401,
    () => false,
  );
}

async function build(registry: string, options: Options): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'paal-node-image-'));
  try {
    await mkdir(join(scratch, 'root'));
    await writeNodeRoot(join(scratch, 'root'), scratch, options.signal);
    await writeFile(join(scratch, 'Dockerfile'), DOCKERFILE);
    await writeFile(join(scratch, '.dockerignore'), '*\n!root\n');
    await buildImage({ ...options, context: scratch, tags: [nodeImageIn(registry)], registry });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Puts the image into the cache by the way that works here, preferably as Docker Hub has it. */
async function obtain(archive: string, registry: string, options: Options): Promise<void> {
  const { progress = () => {}, signal } = options;
  const draft = `${archive}.${process.pid}.new`;
  const toDraft = `oci-archive:${draft}:${NODE_IMAGE}`;
  try {
    if (await dockerHubAnswers(signal)) {
      progress(`copying ${NODE_IMAGE} from Docker Hub`);
      try {
        await copyImage(`docker://docker.io/library/${NODE_IMAGE}`, toDraft, options);
        return await rename(draft, archive);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        progress(`${error.message}: building it instead`);
        await rm(draft, { force: true });
      }
    }
    await narrate(
      progress,
      `building ${NODE_IMAGE} from Debian packages and the npm registry, as Docker Hub gives none ` +
        '(about 10 s)',
      () => build(registry, options),
    );
    await copyImage(`docker://${nodeImageIn(registry)}`, toDraft, options);
    await rename(draft, archive);
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * Makes sure that `registry` (`localhost:PORT`, without TLS) has the base image of Dockerfiles that
 * say `FROM node:24-slim`: copied from Docker Hub, or built where that does not answer, and kept as an
 * archive, so that the next registry gets it within a second.
 * @throws UserError where there is no way to it
 */
export async function nodeBaseImage(registry: string, options: Options = {}): Promise<BuiltImage> {
  const { progress = () => {} } = options;
  const name = nodeImageIn(registry);
  const present = await digestInRegistry(name);
  if (present !== undefined) return { digest: present };
  const directory = imageCacheDirectory();
  await mkdir(directory, { recursive: true });
  const archive = join(directory, `node-24-slim-${await nodeRootKey()}.tar`);
  await withLock(
    `${archive}.lock`,
    async () => {
      const cached = await stat(archive).catch(() => undefined);
      if (!cached) await obtain(archive, registry, options);
    },
    (pid) => progress(`waiting for process ${pid}, which is getting ${NODE_IMAGE} as well`),
  );
  await copyImage(`oci-archive:${archive}:${NODE_IMAGE}`, `docker://${name}`, options);
  const digest = await digestInRegistry(name);
  if (digest === undefined) throw new Error(`${name} is not there after it was copied`);
  return { digest };
}
