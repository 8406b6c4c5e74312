import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { errorMessage } from '@paal/core/errors';
import { withLock } from '../lock.ts';
import { narrate, type Progress, spokenTime } from '../progress.ts';
import { build } from './build.ts';
import { catalogue, type Program, type ProgramName, type Release } from './catalogue.ts';
import { ensurePackages, findPackage } from './debian-packages.ts';
import { download, publishedChecksum } from './download.ts';
import { inLanes } from './lanes.ts';
import { findExecutable, findOnPath, thisPlatform } from './look-up.ts';

/** Where programs and images are kept between runs. */
export function cacheDirectory(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'paal');
}

function cachedPath(name: string, { executable = name, version }: Program): string {
  return join(cacheDirectory(), 'programs', `${executable}-${version}`, executable);
}

async function findCached(path: string): Promise<string | undefined> {
  const [name = ''] = path.split('/').slice(-1);
  return await findExecutable(name, [dirname(path)]);
}

/** A build waits for its modules first, and links on one core at last. */
const LANES = 2;

/** Programs of one Go module share most packages: built one after another, each is compiled once. */
function inGroups<Name extends ProgramName>(names: readonly Name[]): readonly (readonly Name[])[] {
  const source = (name: Name): string => {
    const program: Program = catalogue[name];
    return 'debian' in program ? 'Debian' : program.module;
  };
  return [...Map.groupBy(names, source).values()];
}

/** The ways to a program, in the order in which they are tried. */
export interface Ways {
  readonly cached: () => Promise<string | undefined>;
  /** On PATH in the pinned version, or brought by Debian's package in another. */
  readonly onPath: () => Promise<string | undefined>;
  /** Absent where there is no release; throws with the reason when there is no way to it. */
  readonly download?: () => Promise<string>;
  /** Builds it, or installs Debian's package. */
  readonly build: (whyNotDownloaded: string) => Promise<string>;
}

/** A program that is there already: the project's own before the one on PATH. */
export async function findPresent(ways: Ways): Promise<string | undefined> {
  return (await ways.cached()) ?? (await ways.onPath());
}

/** A program that is not there yet: downloaded, or built where that does not work. */
export async function obtain(ways: Ways): Promise<string> {
  let reason = 'no release of it comes with a checksum';
  try {
    if (ways.download) return await ways.download();
  } catch (error) {
    reason = errorMessage(error);
  }
  return await ways.build(reason);
}

/** What is being obtained for whom, as far as the messages about it are concerned. */
interface Errand {
  readonly progress: Progress;
  /** "3 of 9": which of the missing programs this is. */
  readonly position: string;
  /** Reasons against downloading that were told already. */
  readonly told: Set<string>;
  readonly signal?: AbortSignal;
}

function waysTo(name: ProgramName, { progress, position, told, signal }: Errand): Ways {
  const program: Program = catalogue[name];
  const target = cachedPath(name, program);
  const titled = `${name} ${program.version}`;
  const release = program.release?.(thisPlatform());
  const downloaded = async (from: Release) => {
    const checksum = await publishedChecksum(from);
    const what = `downloading ${titled} from ${new URL(from.url).host} (${position})`;
    await narrate(progress, what, () => download(from, checksum, target));
    return target;
  };
  return {
    cached: () => findCached(target),
    onPath: async () =>
      (await findOnPath(name, program)) ??
      ('debian' in program ? await findPackage(program.debian) : undefined),
    ...(release ? { download: () => downloaded(release) } : {}),
    build: async (reason) => {
      if (release && !told.has(reason)) {
        progress(`${reason}: ${'debian' in program ? 'installing' : 'building'} instead`);
      }
      told.add(reason);
      if ('debian' in program) {
        const installed = await ensurePackages([program.debian], progress, signal);
        return installed[program.debian] ?? '';
      }
      const duration = `about ${program.minutes} minute${program.minutes === 1 ? '' : 's'}`;
      const started = performance.now();
      await narrate(progress, `building ${titled} from Go modules (${duration}; ${position})`, () =>
        build(name, program, target, reason, signal),
      );
      progress(`built ${titled} in ${spokenTime(performance.now() - started)}`);
      return target;
    },
  };
}

/**
 * Gives the paths of programs in their pinned versions. What neither the project's cache nor PATH
 * has is downloaded and its checksum verified, or else built from Go modules or installed as Debian's
 * package; `progress` hears which way was taken. Two are obtained at a time. Two processes that need
 * the same program do not both build it.
 */
export async function ensurePrograms<Name extends ProgramName>(
  names: readonly Name[],
  progress: Progress,
  signal?: AbortSignal,
): Promise<Readonly<Record<Name, string>>> {
  const errand = { progress, told: new Set<string>(), ...(signal ? { signal } : {}) };
  const paths = new Map<Name, string>();
  const missing: Name[] = [];
  for (const name of new Set(names)) {
    const present = await findPresent(waysTo(name, { ...errand, position: '' }));
    if (present === undefined) missing.push(name);
    else paths.set(name, present);
  }
  const obtainOne = async (name: Name, at: AbortSignal): Promise<void> => {
    at.throwIfAborted();
    const position = `${missing.indexOf(name) + 1} of ${missing.length}`;
    const ways = waysTo(name, { ...errand, position, signal: at });
    const target = cachedPath(name, catalogue[name]);
    await mkdir(dirname(target), { recursive: true });
    const path = await withLock(
      `${target}.lock`,
      async () => (await ways.cached()) ?? (await obtain(ways)),
      (pid) => progress(`waiting for process ${pid}, which is getting ${name} as well`),
      at,
    );
    paths.set(name, path);
  };
  await inLanes(inGroups(missing), LANES, obtainOne, signal);
  return Object.fromEntries(paths) as Record<Name, string>;
}
