import { nameStem } from './files.ts';
import type { Step } from './plan.ts';
import type { MigrationRecord } from './record.ts';
import type { MigrateRequest, Tolerance } from './request.ts';
import {
  aheadNames,
  duplicateVersions,
  editedNames,
  interrupted,
  lateNames,
  missingNames,
  pendingNames,
  type Standing,
} from './standing.ts';

/** What stands between checkout and database. */
export interface Deviation {
  readonly level: 'error' | 'warning';
  readonly message: string;
}

type Tolerances = Pick<
  MigrateRequest,
  'edited' | 'missing' | 'outOfOrder' | 'onInterrupted' | 'command'
>;

function deviation(
  tolerance: Tolerance,
  names: readonly string[],
  message: string,
): readonly Deviation[] {
  if (tolerance === 'allow' || names.length === 0) return [];
  return [{ level: tolerance === 'error' ? 'error' : 'warning', message }];
}

function are(names: readonly string[]): string {
  return `${names.join(', ')} ${names.length === 1 ? 'was' : 'were'}`;
}

function edited(
  standing: Standing,
  request: Tolerances,
  relevant: ReadonlySet<string> | undefined,
) {
  const names = editedNames(standing).filter((name) => relevant?.has(name) ?? true);
  return deviation(
    request.edited,
    names,
    `${are(names)} edited after being applied: the database has what the old file did. Restore the ` +
      'file and put the change into a new migration; where the edit changes nothing that counts, ' +
      'run command repair once, or set on-edited to warn.',
  );
}

function missing(standing: Standing, request: Tolerances) {
  const ahead = new Set(aheadNames(standing));
  const names = missingNames(standing).filter((name) => !ahead.has(name));
  return [
    ...deviation(
      request.missing,
      names,
      `${are(names)} applied, but ${names.length === 1 ? 'is' : 'are'} not in this checkout. Restore the file, or correct the input ` +
        'directory; where it is gone for good, run command repair with migration set to its name and ' +
        'as: pending, or set on-missing to warn.',
    ),
    ...deviation(
      request.missing === 'allow' ? 'allow' : 'warn',
      [...ahead],
      `The database is ahead of this commit: ${are([...ahead])} applied from a newer one. That is as it ` +
        'should be after a code rollback; command down takes the database back, too.',
    ),
  ];
}

function outOfOrder(standing: Standing, request: Tolerances, steps: readonly Step[]) {
  const planned = new Set(steps.map(({ name }) => name));
  const names = lateNames(standing).filter((name) => planned.has(name));
  const newest = standing.history
    .map(({ fileName }) => fileName)
    .sort()
    .at(-1);
  return deviation(
    request.outOfOrder,
    names,
    `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} older by name than ${newest}, which is ` +
      'applied: a new database would get them in another order than this one. Rename the file to a ' +
      'time after the newest, or set on-out-of-order to warn where the order does not matter.',
  );
}

function duplicates(standing: Standing): readonly Deviation[] {
  return duplicateVersions(standing).map((names) => ({
    level: 'error',
    message:
      `${names.join(' and ')} have the same time in their names, so that their order hangs on the ` +
      'words behind it. Give the one that is not applied yet a later time.',
  }));
}

function renamed({ files, history }: Standing): readonly Deviation[] {
  const stems = new Map(history.map(({ fileName }) => [nameStem(fileName), fileName]));
  return pendingNames({ files, history }).flatMap((name) => {
    const old = stems.get(nameStem(name));
    if (old === undefined) return [];
    return {
      level: 'error',
      message:
        `${name} was applied as ${old}, and would be applied again under its new extension. Give the ` +
        'file its old name back, or change fileName in the changelog.',
    };
  });
}

const LONGEST_CHECKPOINT = 200;

/** What a migration kept, as one line: `last = 41, orders: 12000 documents`. */
export function checkpointText({
  checkpoint,
}: Pick<MigrationRecord, 'checkpoint'>): string | undefined {
  const { values = [], walks = [] } = (checkpoint ?? {}) as Partial<{
    readonly values: readonly { readonly key: string; readonly value: unknown }[];
    readonly walks: readonly { readonly key: string; readonly documents: number }[];
  }>;
  const parts = [
    ...values.map(({ key, value }) => `${key} = ${JSON.stringify(value)}`),
    ...walks.map(({ key, documents }) => `${key}: ${documents} documents`),
  ];
  if (parts.length === 0) return undefined;
  const text = parts.join(', ');
  return text.length > LONGEST_CHECKPOINT ? `${text.slice(0, LONGEST_CHECKPOINT - 1)}…` : text;
}

/** What an attempt that was left in the middle means, and how to go on. */
export function interruptedMessage(record: MigrationRecord): string {
  const checkpoint = checkpointText(record);
  const doing = record.action === 'down' ? 'reverting' : 'applying';
  const run = `run ${record.run}${record.actor ? ` of ${record.actor}` : ''}`;
  const what =
    record.begun === false
      ? `${record.fileName} may have begun: ${run}, which began on ${record.startedAt.toISOString()}, was cut ` +
        `off just before or after it began ${doing} it. Whether anything of it was done`
      : `${record.fileName} was interrupted: ${run} began ${doing} it on ` +
        `${record.startedAt.toISOString()} and did not come to its end. How much of it was done`;
  return (
    `${what} is not known${checkpoint ? `; its last checkpoint is ${checkpoint}` : ', and it set no checkpoint'}. ` +
    'Look at the data, and run this again with on-interrupted: resume (from the checkpoint) or retry ' +
    `(from the start); or say with command repair, migration ${record.fileName}, and as: applied or ` +
    'as: pending, where it stands.'
  );
}

function leftInTheMiddle(standing: Standing, request: Tolerances): readonly Deviation[] {
  return interrupted(standing).flatMap((record): readonly Deviation[] => {
    const going = request.command === 'down' ? 'down' : 'up';
    const sameWay = (record.action === 'down' ? 'down' : 'up') === going;
    if (request.onInterrupted !== 'fail' && sameWay) return [];
    return [{ level: 'error', message: interruptedMessage(record) }];
  });
}

/**
 * What speaks against running `steps`, errors first. Everything in the way of an `up` concerns the
 * order of the whole; a `down` is only judged by the migrations that it reverts, because it is run
 * from a commit that lacks the others.
 */
export function deviations(
  standing: Standing,
  request: Tolerances,
  steps: readonly Step[],
): readonly Deviation[] {
  const found =
    request.command === 'down'
      ? [
          ...leftInTheMiddle(standing, request),
          ...edited(standing, request, new Set(steps.map(({ name }) => name))),
        ]
      : [
          ...leftInTheMiddle(standing, request),
          ...renamed(standing),
          ...edited(standing, request, undefined),
          ...missing(standing, request),
          ...outOfOrder(standing, request, steps),
          ...duplicates(standing),
        ];
  return [
    ...found.filter(({ level }) => level === 'error'),
    ...found.filter(({ level }) => level === 'warning'),
  ];
}
