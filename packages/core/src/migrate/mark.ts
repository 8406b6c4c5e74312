import { randomUUID } from 'node:crypto';
import { UserError } from '../errors.ts';
import { checksumOf, fileHashOf } from './checksum.ts';
import type { MigrationFile } from './files.ts';
import { findName } from './plan.ts';
import type { MigrationRecord, RecordedAction } from './record.ts';
import type { MigrateRequest } from './request.ts';
import { appliedNames, editedNames, type Standing } from './standing.ts';
import type { MigrationStore } from './store.ts';
import { sourceCollector } from './stored-source.ts';

/** A correction of what the database says of one migration; no migration is run. */
export interface Mark {
  readonly name: string;
  /** `accepted`: the file as it is now is what was applied. */
  readonly as: 'applied' | 'pending' | 'accepted';
}

/**
 * What `repair` corrects: the one migration that is named, or else every file that was edited after
 * it was applied is taken for what was applied.
 * @throws UserError when the name is known neither to the checkout nor to the database
 */
export function planRepair(
  standing: Standing,
  { migration, as }: Pick<MigrateRequest, 'migration' | 'as'>,
): readonly Mark[] {
  if (migration === undefined) {
    return editedNames(standing).map((name) => ({ name, as: 'accepted' }));
  }
  if (as === undefined) {
    throw new UserError(
      'Command repair with the input "migration" needs the input "as" beside it: applied or pending.',
    );
  }
  const names = [
    ...standing.files.map(({ name }) => name),
    ...standing.history.map(({ fileName }) => fileName),
    ...standing.records.map(({ fileName }) => fileName),
  ];
  const name = findName(migration, names);
  if (name === undefined) {
    throw new UserError(
      `There is no migration "${migration}" to repair, neither in the checkout nor in the database; command status lists them.`,
    );
  }
  const file = standing.files.find((candidate) => candidate.name === name);
  if (as === 'applied' && file === undefined && !appliedNames(standing).has(name)) {
    throw new UserError(
      `${name} is not in this checkout, so it cannot be marked as applied. Check out a commit that has it.`,
    );
  }
  return [{ name, as }];
}

/** What the marks of one run are recorded with. */
export interface MarkOptions {
  readonly store: MigrationStore;
  readonly request: MigrateRequest;
  readonly fence: number;
  readonly today: () => Date;
}

async function recordMark(
  name: string,
  action: RecordedAction,
  file: MigrationFile | undefined,
  migrationBlock: number | undefined,
  { store, request, fence, today }: MarkOptions,
): Promise<void> {
  const source = file && (await sourceCollector()(file));
  const record: MigrationRecord = {
    _id: randomUUID(),
    fileName: name,
    action,
    state: 'succeeded',
    fence,
    ...request.runner,
    startedAt: today(),
    finishedAt: today(),
    ...(file ? { checksum: checksumOf(file.text) } : {}),
    ...(source ? { source } : {}),
    ...(migrationBlock === undefined ? {} : { migrationBlock }),
  };
  await store.insertRecords([record]);
}

/** Makes one correction: the row in the changelog, then the record that says who did it. */
export async function applyMark(
  { name, as }: Mark,
  action: 'baseline' | 'repair',
  standing: Standing,
  options: MarkOptions,
): Promise<void> {
  const { store, today } = options;
  const file = standing.files.find((candidate) => candidate.name === name);
  const row = standing.history.find(({ fileName }) => fileName === name);
  const block = today().getTime();
  if (as === 'pending') await store.deleteRows(name);
  if (as === 'applied' && !row) {
    await store.insertRow({
      fileName: name,
      appliedAt: today(),
      migrationBlock: block,
      ...(file ? { fileHash: fileHashOf(file.text) } : {}),
    });
  }
  if (as === 'accepted' && file) await store.updateHash(name, fileHashOf(file.text));
  if (as === 'pending') await recordMark(name, 'down', file, undefined, options);
  else await recordMark(name, action, file, row ? row.migrationBlock : block, options);
}
