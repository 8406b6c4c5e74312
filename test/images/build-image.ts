import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withValuesInNames } from './dockerfile.ts';
import { NPM_SETTINGS_IN_IMAGE, writeNpmSettings } from './npm-settings.ts';
import { NODE_IMAGE, nodeImageIn, registriesConf } from './registries.ts';
import { type Options, type Storage, withStorage } from './storage.ts';

export interface BuildOptions extends Options {
  /** The folder that COPY takes from. */
  readonly context: string;
  /** Default: the Dockerfile in the context. */
  readonly dockerfile?: string;
  /** Names with registry and tag: `localhost:5000/paal/frontend:v1`. */
  readonly tags: readonly string[];
  readonly buildArgs?: Readonly<Record<string, string>>;
  /** `localhost:PORT`, spoken to without TLS: it has the base images, and gets the built ones. */
  readonly registry: string;
  /** Whether the image goes to the registry under all of its tags; default: it does. */
  readonly push?: boolean;
}

export interface BuiltImage {
  /** `sha256:…` of the manifest that was pushed; of the image's configuration where none was. */
  readonly digest: string;
}

async function readTrimmed(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).trim();
}

/** The arguments that let `RUN npm ci` reach the registry that this machine's npm uses. */
async function npmMount(scratch: string, dockerfile: string): Promise<readonly string[]> {
  if (!/^\s*RUN\s.*\bnpm\b/im.test(dockerfile)) return [];
  const settings = join(scratch, 'npm');
  await mkdir(settings);
  await writeNpmSettings(settings);
  return ['--volume', `${settings}:${NPM_SETTINGS_IN_IMAGE}:ro`];
}

/**
 * The argument that takes the first FROM from `registry` by its full name. By its short one buildah
 * takes the name that it last had here, which may be in a registry that has ended since.
 */
function fromRegistry(registry: string, dockerfile: string): readonly string[] {
  const [, base] = /^\s*FROM\s+(\S+)/im.exec(dockerfile) ?? [];
  return base === NODE_IMAGE ? ['--from', nodeImageIn(registry)] : [];
}

async function buildIn(storage: Storage, options: BuildOptions): Promise<BuiltImage> {
  const { context, tags, buildArgs = {}, registry, push = true } = options;
  const { scratch, buildah } = storage;
  const original = await readFile(options.dockerfile ?? join(context, 'Dockerfile'), 'utf8');
  const dockerfile = join(scratch, 'Dockerfile');
  const recipe = withValuesInNames({ dockerfile: original, buildArgs });
  await writeFile(dockerfile, recipe.dockerfile);
  const registries = join(scratch, 'registries.conf');
  await writeFile(registries, registriesConf(registry));
  const env = { CONTAINERS_REGISTRIES_CONF: registries };
  const digestFile = join(scratch, 'digest');

  await buildah(
    [
      ...[
        'build',
        '--pull-always',
        '--layers',
        '--timestamp',
        '0',
        '--iidfile',
        digestFile,
        '--file',
        dockerfile,
      ],
      ...tags.flatMap((tag) => ['--tag', tag]),
      ...Object.entries(recipe.buildArgs).flatMap(([name, value]) => [
        '--build-arg',
        `${name}=${value}`,
      ]),
      ...fromRegistry(registry, original),
      ...(await npmMount(scratch, original)),
      context,
    ],
    env,
  );
  if (push) {
    for (const tag of tags) {
      await buildah(['push', '--tls-verify=false', '--digestfile', digestFile, tag], env);
    }
  }
  return { digest: await readTrimmed(digestFile) };
}

/**
 * Builds an image from an unmodified Dockerfile without a Docker engine. `FROM node:24-slim` is taken
 * from the registry ({@link NODE_IMAGE}). The same content gives the same digest. Nothing is left
 * behind but layers in the cache, which make the next build of the kind quick.
 * @throws UserError with the end of buildah's output
 */
export async function buildImage(options: BuildOptions): Promise<BuiltImage> {
  return await withStorage(options, (storage) => buildIn(storage, options));
}
