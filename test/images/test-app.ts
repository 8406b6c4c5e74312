import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '@paal/core/errors';
import { ExecaError, execa } from 'execa';
import { buildImage } from './build-image.ts';
import { copyImage, digestInRegistry } from './skopeo.ts';
import { imageCacheDirectory, type Options } from './storage.ts';

const source = fileURLToPath(new URL('./app/', import.meta.url));
const SOURCES = ['main.go', 'answers.go', 'metrics.go', 'go.mod', 'Dockerfile'];

/** One version of the app, in a registry. */
export interface TestImage {
  readonly version: string;
  /** `localhost:PORT/test-app:VERSION` */
  readonly image: string;
  readonly digest: string;
}

/** What app/main.go can be told; environment variables of the container. */
export type TestAppSettings = Readonly<
  Partial<
    Record<
      | 'PORT'
      | 'LOG'
      | 'REQUIRE_ENV'
      | 'CRASH_VERSION'
      | 'CRASH_TIMES'
      | 'STATE_FILE'
      | 'ALLOCATE'
      | 'RUN_FOR'
      | 'EXIT_CODE'
      | 'EXIT_AFTER'
      | 'READY_AFTER'
      | 'NEVER_READY'
      | 'STATUS'
      | 'ERROR_RATE'
      | 'ERRORS_AFTER'
      | 'ERROR_VERSION'
      | 'LOG_ERRORS'
      | 'LATENCY'
      | 'LATENCY_AFTER'
      | 'METRICS_FROM_START'
      | 'REPORT_VERSION'
      | 'STALE_ORDINAL'
      | 'IGNORE_SIGTERM',
      string
    >
  >
>;

async function sourceHash(): Promise<string> {
  const hash = createHash('sha256').update(process.arch);
  for (const file of SOURCES) hash.update(await readFile(join(source, file)));
  return hash.digest('hex').slice(0, 16);
}

async function exists(file: string): Promise<boolean> {
  return await stat(file).then(
    () => true,
    () => false,
  );
}

/** The program, built once for every state of its source. */
async function program(directory: string, signal?: AbortSignal): Promise<string> {
  const target = join(directory, 'app');
  if (await exists(target)) return target;
  await mkdir(directory, { recursive: true });
  const draft = `${target}.${process.pid}.new`;
  const flags = ['-trimpath', '-buildvcs=false', '-ldflags=-s -w -buildid='];
  try {
    await execa('go', ['build', ...flags, '-o', draft, '.'], {
      cwd: source,
      all: true,
      env: { CGO_ENABLED: '0', GOOS: 'linux' },
      ...(signal ? { cancelSignal: signal } : {}),
    });
    await rename(draft, target);
  } catch (error) {
    if (!(error instanceof ExecaError) || error.isCanceled) throw error;
    throw new UserError(
      `The app of the end-to-end tests could not be built: ${error.all || error.shortMessage}. ` +
        'It needs Go 1.26 or newer (https://go.dev/dl).',
      { cause: error },
    );
  } finally {
    await rm(draft, { force: true });
  }
  return target;
}

async function buildVersion(
  image: string,
  version: string,
  registry: string,
  directory: string,
  options: Options,
): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), 'paal-test-app-'));
  try {
    await copyFile(await program(directory, options.signal), join(context, 'app'));
    await copyFile(join(source, 'Dockerfile'), join(context, 'Dockerfile'));
    const buildArgs = { VERSION: version };
    await buildImage({ ...options, context, tags: [image], buildArgs, registry });
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

function digestFile(directory: string, version: string): string {
  return join(directory, `${version}.digest`);
}

/** The digest of the image where the registry has it as it was pushed last. */
async function unchangedInRegistry(
  image: string,
  version: string,
  directory: string,
): Promise<string | undefined> {
  const pushed = await readFile(digestFile(directory, version), 'utf8').catch(() => undefined);
  const digest = pushed === undefined ? undefined : await digestInRegistry(image);
  return digest === pushed ? digest : undefined;
}

async function pushVersion(
  image: string,
  version: string,
  registry: string,
  directory: string,
  options: Options,
): Promise<string> {
  const archive = join(directory, `${version}.tar`);
  if (await exists(archive)) {
    await copyImage(`oci-archive:${archive}:test-app:${version}`, `docker://${image}`, options);
  } else {
    await buildVersion(image, version, registry, directory, options);
    const draft = `${archive}.${process.pid}.new`;
    await copyImage(`docker://${image}`, `oci-archive:${draft}:test-app:${version}`, options);
    await rename(draft, archive);
  }
  const digest = await digestInRegistry(image);
  if (digest === undefined) throw new Error(`${image} is not there after it was pushed`);
  await writeFile(digestFile(directory, version), digest);
  return digest;
}

/**
 * Puts the app of the end-to-end tests (app/main.go tells what it can be told) into `registry`
 * (`localhost:PORT`, without TLS), in these versions: one program that says which version it is. The
 * same source and version give the same digest everywhere.
 * @throws UserError where Go or buildah cannot be had
 */
export async function testApp(
  registry: string,
  versions: readonly string[] = ['v1', 'v2'],
  options: Options = {},
): Promise<readonly TestImage[]> {
  const directory = join(imageCacheDirectory(), `test-app-${await sourceHash()}`);
  const images: TestImage[] = [];
  for (const version of versions) {
    const image = `${registry}/test-app:${version}`;
    const digest =
      (await unchangedInRegistry(image, version, directory)) ??
      (await pushVersion(image, version, registry, directory, options));
    images.push({ version, image, digest });
  }
  return images;
}
