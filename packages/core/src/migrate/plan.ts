import { didYouMean } from '../config/names.ts';
import { nameStem } from './files.ts';
import type { AppliedMigration } from './history.ts';

/** Forward, or back. */
export type Direction = 'up' | 'down';

/** How far to go: to a named migration, or a number of them. */
export type Limit = { readonly to: string } | { readonly count: number };

/** What is asked for; without a limit everything pending goes up, and the last one goes down. */
export interface PlanRequest {
  readonly direction: Direction;
  readonly limit: Limit | undefined;
}

/** One migration to run. */
export interface Step {
  readonly name: string;
  readonly direction: Direction;
}

/** The steps in the order in which they run, or why there are none to run. */
export type Plan =
  | { readonly kind: 'steps'; readonly steps: readonly Step[] }
  | { readonly kind: 'refusal'; readonly message: string };

function refusal(message: string): Plan {
  return { kind: 'refusal', message };
}

function toSteps(names: readonly string[], direction: Direction): Plan {
  return { kind: 'steps', steps: names.map((name) => ({ name, direction })) };
}

/** The one of `names` that `text` means: the whole name, or the name without its extension. */
function findName(text: string, names: readonly string[]): string | undefined {
  return names.find((name) => name === text) ?? names.find((name) => nameStem(name) === text);
}

/** The migrations of `files` that are not in the history, in the order in which they go up. */
export function pendingNames(
  files: readonly string[],
  history: readonly AppliedMigration[],
): readonly string[] {
  const applied = new Set(history.map(({ fileName }) => fileName));
  return files.filter((name) => !applied.has(name)).sort();
}

/** The applied migrations whose file is not in the checkout. */
export function missingNames(
  files: readonly string[],
  history: readonly AppliedMigration[],
): readonly string[] {
  const present = new Set(files);
  return history.map(({ fileName }) => fileName).filter((name) => !present.has(name));
}

/** Those of `pending` that are older, by name, than one that is applied. */
export function lateNames(
  pending: readonly string[],
  history: readonly AppliedMigration[],
): readonly string[] {
  return pending.filter((name) => history.some(({ fileName }) => fileName > name));
}

function planUp(
  files: readonly string[],
  history: readonly AppliedMigration[],
  limit: Limit | undefined,
): Plan {
  const pending = pendingNames(files, history);
  const stems = new Map(history.map(({ fileName }) => [nameStem(fileName), fileName]));
  const renamed = pending.find((name) => stems.has(nameStem(name)));
  if (renamed !== undefined) {
    return refusal(
      `${renamed} was applied as ${stems.get(nameStem(renamed))}, and would be applied again under ` +
        'its new extension. Give the file its old name back, or change fileName in the changelog.',
    );
  }
  if (limit === undefined) return toSteps(pending, 'up');
  if ('count' in limit) return toSteps(pending.slice(0, limit.count), 'up');
  const target = findName(limit.to, files);
  if (target === undefined) {
    return refusal(
      `There is no migration "${limit.to}" to go up to.${didYouMean(limit.to, files)} ` +
        'Give the name of a file in the migrations directory.',
    );
  }
  return toSteps(
    pending.filter((name) => name <= target),
    'up',
  );
}

/** The applied names that are to be reverted, oldest first, or a refusal. */
function chosenForDown(
  applied: readonly string[],
  files: readonly string[],
  limit: Limit,
): readonly string[] | Plan {
  if ('count' in limit) {
    return limit.count <= applied.length
      ? applied.slice(applied.length - limit.count)
      : refusal(
          `The input "count" asks to revert ${limit.count} migrations, but ${applied.length} are applied.`,
        );
  }
  const target = findName(limit.to, applied);
  if (target !== undefined) return applied.slice(applied.indexOf(target) + 1);
  const pending = findName(limit.to, files);
  return refusal(
    pending === undefined
      ? `There is no applied migration "${limit.to}" to go down to.${didYouMean(limit.to, applied)} ` +
          'Give the name of the one that shall be the last applied; command status lists them.'
      : `${pending} is not applied, so there is nothing to go down to. Command status lists what is applied.`,
  );
}

function planDown(
  files: readonly string[],
  history: readonly AppliedMigration[],
  limit: Limit | undefined,
): Plan {
  const applied = history.map(({ fileName }) => fileName);
  const chosen = limit === undefined ? applied.slice(-1) : chosenForDown(applied, files, limit);
  if ('kind' in chosen) return chosen;
  const missing = chosen.filter((name) => !files.includes(name));
  if (missing.length > 0) {
    return refusal(
      `${missing.join(', ')} cannot be reverted: not in the migrations directory of this checkout. ` +
        'Check out a commit that has the file, and run this again. Nothing was reverted.',
    );
  }
  return toSteps([...chosen].reverse(), 'down');
}

/**
 * What to run so that `request` is met.
 *
 * Up goes by name, to and including `to`. Down goes back in the order of application, newest first,
 * and stops before `to`, which stays applied; it is refused as a whole when one file is missing.
 * @param files names of the migrations in the checkout
 * @param history what is applied, oldest first
 */
export function plan(
  files: readonly string[],
  history: readonly AppliedMigration[],
  request: PlanRequest,
): Plan {
  return request.direction === 'up'
    ? planUp(files, history, request.limit)
    : planDown(files, history, request.limit);
}
