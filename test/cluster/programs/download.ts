import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { errorMessage } from '@paal/core/errors';
import { execa } from 'execa';
import type { Release } from './catalogue.ts';

const ANSWER_MS = 5_000;
const STALLED_MS = 30_000;

/** Hosts that could not be reached in this run, with the reason: nobody waits for one twice. */
const unreachable = new Map<string, string>();

/** "fetch failed" says nothing; its cause ("getaddrinfo ENOTFOUND dl.k8s.io") does. */
function networkReason(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return `no answer within ${ANSWER_MS / 1000} s`;
  }
  const cause = error instanceof Error ? error.cause : undefined;
  return errorMessage(cause ?? error);
}

/** Starts a request. Throws at once for a host that was out of reach before in this run. */
async function open(url: string, signal: AbortSignal): Promise<Response> {
  const { host } = new URL(url);
  const known = unreachable.get(host);
  if (known !== undefined) throw new Error(`${host} is out of reach (${known})`);
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (error) {
    const reason = networkReason(error);
    unreachable.set(host, reason);
    throw new Error(`${host} is out of reach (${reason})`, { cause: error });
  }
  if (!response.ok) throw new Error(`${url} answers HTTP ${response.status}`);
  return response;
}

/**
 * The SHA-256 that a checksum file gives for `file`: either the only one in it, or the one on the
 * line that names the file, as sha256sum and goreleaser write them.
 */
export function findChecksum(text: string, file: string): string | undefined {
  const entries = text
    .split('\n')
    .map((line) => /^([0-9a-f]{64})(?:\s+\*?(\S+))?\s*$/i.exec(line.trim()))
    .filter((match) => match !== null);
  const named = entries.find((match) => match[2]?.split('/').at(-1) === file);
  const only = entries.length === 1 ? entries[0] : undefined;
  return (named ?? only)?.[1]?.toLowerCase();
}

function fileName(release: Release): string {
  return new URL(release.url).pathname.split('/').at(-1) ?? '';
}

/** Saves `url` as `target` and gives its SHA-256. */
async function save(url: string, target: string): Promise<string> {
  const stalled = new AbortController();
  const watchdog = setTimeout(
    () => stalled.abort(new Error(`nothing came from ${url} for ${STALLED_MS / 1000} s`)),
    STALLED_MS,
  );
  const hash = createHash('sha256');
  const observe = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      watchdog.refresh();
      hash.update(chunk);
      done(null, chunk);
    },
  });
  try {
    const response = await open(url, stalled.signal);
    if (!response.body) throw new Error(`${url} answers with nothing`);
    await pipeline(Readable.fromWeb(response.body), observe, createWriteStream(target));
    return hash.digest('hex');
  } finally {
    clearTimeout(watchdog);
  }
}

/**
 * The SHA-256 that the publisher lists for a release's file. Throws with the reason, within seconds
 * where the network refuses.
 */
export async function publishedChecksum(release: Release): Promise<string> {
  const answer = await open(release.checksums, AbortSignal.timeout(ANSWER_MS));
  const file = fileName(release);
  const checksum = findChecksum(await answer.text(), file);
  if (checksum === undefined) throw new Error(`${release.checksums} does not list ${file}`);
  return checksum;
}

/**
 * Puts the program of a release at `target`, in one step, when the file that was downloaded has that
 * SHA-256. Throws with the reason otherwise.
 */
export async function download(release: Release, checksum: string, target: string): Promise<void> {
  const folder = await mkdtemp(join(dirname(target), '.download-'));
  try {
    const path = join(folder, fileName(release));
    const actual = await save(release.url, path);
    if (actual !== checksum) {
      throw new Error(`${release.url} has the SHA-256 ${actual}, its publisher lists ${checksum}`);
    }
    if (release.member !== undefined) await execa('tar', ['-xf', path, '-C', folder]);
    const program = release.member === undefined ? path : join(folder, release.member);
    await chmod(program, 0o755);
    await rename(program, target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
