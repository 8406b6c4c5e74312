import { basename, dirname, normalize } from 'node:path';
import { type MigrationFile, nameStem } from '../files.ts';

/** A file that a pull request changes, by its path below the working directory. */
export interface Change {
  readonly path: string;
  /** Where the base branch has it; `undefined` where it is new there. */
  readonly before: string | undefined;
  readonly removed: boolean;
}

/** A migration that is to be linted, and what the base branch calls it, where it has it already. */
export interface Chosen extends MigrationFile {
  readonly before: string | undefined;
}

/** What {@link chooseFiles} goes by. */
export interface Choice {
  readonly directory: string;
  /** What the pull request changes; `undefined` where there is none, or nobody knows. */
  readonly changes: readonly Change[] | undefined;
  /** `migrations.lint-after`: this migration and older ones are not linted. */
  readonly after: string | undefined;
}

/**
 * Which migrations are linted: those that the pull request changes, or else all; of those that are new
 * none that is as old as `after`. An edited one is chosen however old it is.
 */
export function chooseFiles(
  files: readonly MigrationFile[],
  { directory, changes, after }: Choice,
): readonly Chosen[] {
  const own = (path: string): boolean => dirname(normalize(path)) === normalize(directory);
  return files.flatMap((file): readonly Chosen[] => {
    const { name, path } = file;
    const isOld = after !== undefined && nameStem(name) <= nameStem(after);
    if (!changes) return isOld ? [] : [{ ...file, before: undefined }];
    const change = changes.find((one) => !one.removed && normalize(one.path) === normalize(path));
    if (!change) return [];
    const { before } = change;
    // What was in another folder was no migration.
    const edited = before !== undefined && own(before) ? basename(before) : undefined;
    return isOld && edited === undefined ? [] : [{ ...file, before: edited }];
  });
}
