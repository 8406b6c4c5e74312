import { UserError } from '../errors.ts';
import { currentRelease, isGood, newestFirst, type Release } from '../release/release.ts';

/** What the user wants to go back to. */
export type RollbackRequest =
  | { readonly to: 'previous' }
  | { readonly to: 'release'; readonly number: number }
  | { readonly to: 'revision'; readonly number: number };

/**
 * Reads `previous`, `release:N` or `revision:N`.
 * @throws UserError
 */
export function parseRollbackRequest(text: string): RollbackRequest {
  if (text === 'previous') return { to: 'previous' };
  const match = /^(release|revision):(\d+)$/.exec(text);
  if (match) return { to: match[1] as 'release' | 'revision', number: Number(match[2]) };
  throw new UserError(
    `The input "to" is "${text}"; write previous, release:N or revision:N, such as release:4.`,
  );
}

function describe(releases: readonly Release[]): string {
  if (releases.length === 0) return 'The ledger is empty: PAAL has not put out a release here yet.';
  const list = newestFirst(releases).map(
    ({ number, status, version }) => `${number} (${status}${version ? `, ${version}` : ''})`,
  );
  return `There are: ${list.join('; ')}.`;
}

/**
 * The release to go back to. `previous` is the newest one that served, before what should be
 * running now: never a failed one, and never back and forth between two.
 * @throws UserError that lists what there is
 */
export function chooseTarget(
  releases: readonly Release[],
  request: Exclude<RollbackRequest, { to: 'revision' }>,
): Release {
  if (request.to === 'release') {
    const chosen = releases.find(({ number }) => number === request.number);
    if (!chosen) {
      throw new UserError(
        `There is no release ${request.number} to go back to. ${describe(releases)}`,
      );
    }
    if (!isGood(chosen) && chosen.status !== 'rolled-back') {
      throw new UserError(
        `Release ${chosen.number} never served (${chosen.status}), so there is nothing to go back to. ${describe(releases)}`,
      );
    }
    return chosen;
  }
  const current = currentRelease(releases);
  const before = newestFirst(releases).find(
    (release) => isGood(release) && release.number < (current?.number ?? 0),
  );
  if (!before) {
    throw new UserError(
      `There is no release before ${current ? `release ${current.number}` : 'the present state'} that served. ${describe(releases)}`,
    );
  }
  return before;
}

/**
 * The release to go back to when `failed` did not make it: what should be running, were it not for
 * `failed`. `undefined` when nothing served before it.
 */
export function targetAfterFailure(
  releases: readonly Release[],
  failed: Release,
): Release | undefined {
  return currentRelease(releases.filter(({ number }) => number < failed.number));
}
