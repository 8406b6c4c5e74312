import { UserError } from '../errors.ts';
import {
  bestBefore,
  currentRelease,
  isGood,
  newestFirst,
  servedBefore,
  serves,
} from '../release/history.ts';
import type { Release } from '../release/release.ts';
import { shownVersion } from '../release/version.ts';

/** What the user wants to go back to. */
export type RollbackRequest =
  | { readonly to: 'previous' | 'last-verified' }
  | { readonly to: 'release'; readonly number: number }
  | { readonly to: 'revision'; readonly number: number };

/**
 * Reads `previous`, `last-verified`, `release:N` or `revision:N`.
 * @throws UserError
 */
export function parseRollbackRequest(text: string): RollbackRequest {
  if (text === 'previous' || text === 'last-verified') return { to: text };
  const match = /^(release|revision):(\d+)$/.exec(text);
  if (match) return { to: match[1] as 'release' | 'revision', number: Number(match[2]) };
  throw new UserError(
    `The input "to" is "${text}"; write previous, last-verified, release:N or revision:N, such as release:4.`,
  );
}

function describe(releases: readonly Release[]): string {
  if (releases.length === 0) return 'The ledger is empty: PAAL has not put out a release here yet.';
  const list = newestFirst(releases).map(
    ({ number, status, version }) =>
      `${number} (${status}${version ? `, ${shownVersion(version)}` : ''})`,
  );
  return `There are: ${list.join('; ')}.`;
}

/** What is gone back to. */
export interface RollbackTarget {
  /** What the whole is called: the newest of the sources. */
  readonly release: Release;
  /** The release that each workload (`kind/name`) is taken back to. */
  readonly sources: ReadonlyMap<string, Release>;
  /** Workloads that did not serve before, and are left as they are. */
  readonly left: readonly string[];
}

/** Takes each workload back to the release that `find` names; `undefined` when there is none at all. */
function targetOf(
  workloads: readonly string[],
  find: (workload: string) => Release | undefined,
): RollbackTarget | undefined {
  const found = workloads.map((workload) => [workload, find(workload)] as const);
  const sources = new Map(
    found.flatMap(([workload, release]) => (release ? [[workload, release] as const] : [])),
  );
  const [release] = newestFirst([...sources.values()]);
  const left = workloads.filter((workload) => !sources.has(workload));
  return release ? { release, sources, left } : undefined;
}

/** All workloads of one release, or those that are asked for. */
function wholeRelease(
  release: Release,
  workloads: readonly string[] | undefined,
): RollbackTarget | undefined {
  return targetOf(workloads ?? release.workloads, (workload) =>
    release.workloads.includes(workload) ? release : undefined,
  );
}

function refuseForeign(target: RollbackTarget | undefined, message: string): RollbackTarget {
  if (target && target.left.length === 0) return target;
  throw new UserError(`${message} Nothing was changed.`);
}

function releaseByNumber(
  releases: readonly Release[],
  number: number,
  workloads: readonly string[] | undefined,
): RollbackTarget {
  const chosen = releases.find((release) => release.number === number);
  if (!chosen) {
    throw new UserError(`There is no release ${number} to go back to. ${describe(releases)}`);
  }
  if (!isGood(chosen) && chosen.status !== 'rolled-back') {
    throw new UserError(
      `Release ${number} never served (${chosen.status}), so there is nothing to go back to. ${describe(releases)}`,
    );
  }
  return refuseForeign(
    wholeRelease(chosen, workloads),
    `Release ${number} has ${chosen.workloads.join(', ') || 'no workloads'}, and not ${workloads?.join(', ')}.`,
  );
}

/** The workloads that the release has changed, and those that were deleted because of it. */
function undone(releases: readonly Release[], current: Release): readonly string[] {
  const { workloads, pruned, number } = current;
  return [
    ...workloads.filter((one) => serves(current, one)),
    ...pruned.filter((one) => servedBefore(releases, one, number) && !workloads.includes(one)),
  ];
}

/**
 * The newest verified release, for each workload that is of one. What has served only since then goes
 * back to it; what is of it already is put back to what it was. `undefined` without any.
 * @throws UserError when one of `workloads` is of none
 */
function lastVerified(
  releases: readonly Release[],
  workloads: readonly string[] | undefined,
): RollbackTarget | undefined {
  const verified = newestFirst(releases.filter(({ status }) => status === 'verified'));
  const [newest] = verified;
  if (!newest) return undefined;
  const since = releases.filter((one) => isGood(one) && one.number >= newest.number);
  const names = workloads ?? [...new Set(since.flatMap((release) => release.workloads))];
  const target = targetOf(names, (workload) => servedBefore(verified, workload));
  if (!workloads) return target;
  const lacking = target?.left ?? workloads;
  return refuseForeign(
    target,
    `No verified release has ${lacking.join(', ')}. ${describe(releases)}`,
  );
}

/**
 * What to go back to. `previous` undoes the newest release that served: each of its workloads goes
 * back to the release before with which that workload served, and those that were pruned after it
 * come back. Never to a failed one, and never back and forth between two. `last-verified` is the
 * same where nothing was verified.
 * @param workloads `kind/name` of those that are to be taken back; `undefined` for all of the release
 * @param unserved the release that runs although it never served (see `unservedRelease`): undone first
 * @throws UserError that lists what there is
 */
export function chooseTarget(
  releases: readonly Release[],
  request: Exclude<RollbackRequest, { to: 'revision' }>,
  workloads?: readonly string[],
  unserved?: Release,
): RollbackTarget {
  if (request.to === 'release') return releaseByNumber(releases, request.number, workloads);
  const verified = request.to === 'last-verified' ? lastVerified(releases, workloads) : undefined;
  if (verified) return verified;
  const served = workloads
    ? newestFirst(releases).find((release) => workloads.some((one) => serves(release, one)))
    : currentRelease(releases);
  const current = unserved ?? served;
  const number = current?.number ?? 0;
  const names = workloads ?? unserved?.workloads ?? (served && undone(releases, served));
  const before = newestFirst(releases).find((one) => isGood(one) && one.number < number);
  const target =
    // A release without workloads has changed nothing but other objects.
    before && names?.length === 0
      ? wholeRelease(before, undefined)
      : targetOf(names ?? [], (workload) => servedBefore(releases, workload, number));
  const present = current ? `release ${current.number}` : 'the present state';
  if (target && workloads) {
    return refuseForeign(
      target,
      `There is no release before ${present} with which ${target.left.join(', ')} served.`,
    );
  }
  if (target) return target;
  throw new UserError(`There is no release before ${present} that served. ${describe(releases)}`);
}

/**
 * What to take `workloads` back to when `failed` did not make it: each to the newest verified release
 * before, or the newest with which it served. `undefined` when none of them did.
 */
export function targetAfterFailure(
  releases: readonly Release[],
  failed: Release,
  workloads: readonly string[],
): RollbackTarget | undefined {
  return targetOf(workloads, (workload) => bestBefore(releases, workload, failed.number));
}
