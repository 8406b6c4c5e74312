import { didYouMean } from '../config/names.ts';
import { nameStem } from './files.ts';
import { newestDeployment } from './previous.ts';
import { applyingRecords } from './record.ts';
import { appliedNames, pendingNames, type Standing } from './standing.ts';

/** Forward, or back. */
export type Direction = 'up' | 'down';

/** How far to go: to a named migration, or a number of them. */
export type Limit = { readonly to: string } | { readonly count: number };

/** What `to` means the state before the first migration. */
export const NOTHING_APPLIED = '0';

/**
 * What is asked for. Without a limit everything pending goes up, and the last one goes down;
 * `previous` takes back what the newest deployment applied.
 */
export interface PlanRequest {
  readonly direction: Direction;
  readonly limit: Limit | 'previous' | undefined;
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
export function findName(text: string, names: readonly string[]): string | undefined {
  return names.find((name) => name === text) ?? names.find((name) => nameStem(name) === text);
}

function planUp(standing: Standing, limit: PlanRequest['limit']): Plan {
  const pending = pendingNames(standing);
  if (limit === undefined) return toSteps(pending, 'up');
  if (limit === 'previous') return refusal('"previous" is a way back: it needs command down.');
  if ('count' in limit) return toSteps(pending.slice(0, limit.count), 'up');
  const names = standing.files.map(({ name }) => name);
  const target = findName(limit.to, names);
  if (target === undefined) {
    return refusal(
      `There is no migration "${limit.to}" to go up to.${didYouMean(limit.to, names)} ` +
        'Give the name of a file in the migrations directory.',
    );
  }
  return toSteps(
    pending.filter((name) => name <= target),
    'up',
  );
}

/** The applied names that are to be reverted, oldest first, or a refusal. */
function chosenForDown(standing: Standing, limit: PlanRequest['limit']): readonly string[] | Plan {
  const { files, history } = standing;
  const applied = history.map(({ fileName }) => fileName);
  if (limit === undefined) return applied.slice(-1);
  if (limit === 'previous') return newestDeployment(standing)?.names ?? [];
  if ('count' in limit) {
    return limit.count <= applied.length
      ? applied.slice(applied.length - limit.count)
      : refusal(
          `The input "count" asks to revert ${limit.count} migrations, but ${applied.length} are applied.`,
        );
  }
  if (limit.to === NOTHING_APPLIED) return applied;
  const target = findName(limit.to, applied);
  if (target !== undefined) return applied.slice(applied.indexOf(target) + 1);
  const pending = findName(
    limit.to,
    files.map(({ name }) => name),
  );
  return refusal(
    pending === undefined
      ? `There is no applied migration "${limit.to}" to go down to.${didYouMean(limit.to, applied)} ` +
          'Give the name of the one that shall be the last applied; command status lists them.'
      : `${pending} is not applied, so there is nothing to go down to. Command status lists what is applied.`,
  );
}

function planDown(standing: Standing, limit: PlanRequest['limit']): Plan {
  const chosen = chosenForDown(standing, limit);
  if ('kind' in chosen) return chosen;
  const present = new Set(standing.files.map(({ name }) => name));
  const applying = applyingRecords(standing);
  const lost = chosen.filter((name) => !present.has(name) && !applying.get(name)?.source);
  if (lost.length > 0) {
    const commits = new Set(lost.map((name) => applying.get(name)?.sha).filter(Boolean));
    return refusal(
      `${lost.join(', ')} cannot be reverted: neither in the migrations directory of this checkout nor ` +
        `stored in the database by the run that applied it. Check out a commit that has the file` +
        `${commits.size > 0 ? ` (it was applied from ${[...commits].join(', ')})` : ''}, and run this again. ` +
        'Nothing was reverted.',
    );
  }
  return toSteps([...chosen].reverse(), 'down');
}

/**
 * What to run so that `request` is met.
 *
 * Up goes by name, to and including `to`. Down goes back in the order of application, newest first,
 * and stops before `to`, which stays applied; it is refused as a whole when the code of one is
 * neither in the checkout nor in the database.
 */
export function plan(standing: Standing, request: PlanRequest): Plan {
  return request.direction === 'up'
    ? planUp(standing, request.limit)
    : planDown(standing, request.limit);
}

/** The names that `baseline` marks as applied: the pending ones up to and including `to`. */
export function planBaseline(standing: Standing, limit: PlanRequest['limit']): Plan {
  if (appliedNames(standing).size > 0) {
    return refusal(
      'The changelog says already what is applied, so there is no baseline to set. ' +
        'Command repair with the name of one migration corrects it.',
    );
  }
  return planUp(standing, limit);
}
