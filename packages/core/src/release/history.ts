import type { Release, ReleaseStatus } from './release.ts';

const KEPT = 10;

/** Whether a release served when it was put out, so that one can go back to it. */
export function isGood({ status }: Release): boolean {
  return status === 'adopted' || status === 'rolled-out' || status === 'verified';
}

/** Whether `workload` (`kind/name`) served with this release, and was not taken back since. */
export function serves(release: Release, workload: string): boolean {
  const { workloads, takenBack } = release;
  return isGood(release) && workloads.includes(workload) && !takenBack.includes(workload);
}

/**
 * What should be running: the newest release that served and was not taken back; what was merely
 * found only where nothing was put out yet.
 */
export function currentRelease(releases: readonly Release[]): Release | undefined {
  const good = newestFirst(releases).filter(isGood);
  return good.find(({ status }) => status !== 'adopted') ?? good[0];
}

/**
 * The newest release below `number` with which `workload` served. Not every release has every
 * workload: frontend and backend may be put out by steps of their own.
 */
export function servedBefore(
  releases: readonly Release[],
  workload: string,
  number = Number.POSITIVE_INFINITY,
): Release | undefined {
  return newestFirst(releases).find(
    (release) => release.number < number && serves(release, workload),
  );
}

/**
 * The release below `number` to take `workload` back to: the newest that was verified, and the newest
 * that served where none was.
 */
export function bestBefore(
  releases: readonly Release[],
  workload: string,
  number: number,
): Release | undefined {
  const verified = releases.filter(({ status }) => status === 'verified');
  return servedBefore(verified, workload, number) ?? servedBefore(releases, workload, number);
}

const NOT_SERVING: Readonly<Partial<Record<ReleaseStatus, string>>> = {
  adopted: 'it is what was found at the first rollout',
  started: 'it is not rolled out yet',
  failed: 'it has failed',
  'rolled-back': 'it was rolled back',
  superseded: "somebody else's change has taken its place",
  interrupted: 'its run ended before it was rolled out',
};

/** Whether two releases cannot both be what runs. One without workloads may be about any of them. */
function isAboutTheSame(a: Release, b: Release): boolean {
  const isAny = a.workloads.length === 0 || b.workloads.length === 0;
  return isAny || a.workloads.some((one) => b.workloads.includes(one));
}

/** Why `release` is not the one that serves, as far as the ledger knows; `undefined` when it is. */
export function whyNotServing(
  releases: readonly Release[],
  { number }: Release,
): string | undefined {
  const release = releases.find((one) => one.number === number);
  if (!release) return 'it is not in the ledger any more';
  const { status, takenBack } = release;
  const why = NOT_SERVING[status];
  if (why) return why;
  if (takenBack.length > 0) return `${takenBack.join(', ')} was taken back to an earlier release`;
  const newer = newestFirst(releases).filter(
    (one) => one.number > number && isAboutTheSame(one, release),
  );
  const served = newer.find((one) => isGood(one) && one.status !== 'adopted');
  if (served) return `release ${served.number} serves since`;
  const begun = newer.find((one) => one.status === 'started');
  return begun && `release ${begun.number} is being rolled out`;
}

/** The newest release first. */
export function newestFirst(releases: readonly Release[]): readonly Release[] {
  return [...releases].sort((a, b) => b.number - a.number);
}

/**
 * The releases that need not be kept: beyond the newest ten, what no workload needs to go back. A
 * workload needs the two releases with which it served last.
 */
export function releasesToPrune(releases: readonly Release[]): readonly Release[] {
  const ordered = newestFirst(releases);
  const workloads = new Set(ordered.flatMap((release) => release.workloads));
  const current = currentRelease(ordered);
  const needed = new Set([
    ...ordered.slice(0, KEPT),
    ...(current ? [current] : []),
    ...ordered.filter(isGood).slice(0, 2),
    ...ordered.filter(({ status }) => status === 'verified').slice(0, 1),
    ...[...workloads].flatMap((workload) =>
      ordered.filter((release) => serves(release, workload)).slice(0, 2),
    ),
  ]);
  return ordered.filter((release) => !needed.has(release));
}
