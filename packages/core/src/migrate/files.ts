import type { Dirent } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorMessage, UserError } from '../errors.ts';

/** A migration in the checkout. */
export interface MigrationFile {
  /** `YYYYMMDDHHmmss-description.js`; what the changelog knows it by. */
  readonly name: string;
  /** Below the working directory, as messages and annotations show it. */
  readonly path: string;
  readonly text: string;
}

/** The names of what a migrations directory holds. */
export interface ClassifiedNames {
  /** Sorted by name, which is the order in which they are applied. */
  readonly migrations: readonly string[];
  /** Names of scripts that are not named like one, such as `helpers.js`. */
  readonly others: readonly string[];
}

/** What a migrations directory holds. */
export interface MigrationFiles {
  /** Sorted by name, which is the order in which they are applied. */
  readonly migrations: readonly MigrationFile[];
  /** Scripts that are not named like a migration. */
  readonly others: readonly MigrationFile[];
}

/** The form of a migration's file name. */
export const NAME_FORM = 'YYYYMMDDHHmmss-description.js (or .cjs, .mjs, .ts)';

const NAME = /^\d{14}-.+\.(?:js|cjs|mjs|ts)$/;
const SCRIPT = /\.[cm]?[jt]s$/;
const DECLARATION = /\.d\.[cm]?ts$/;

/** A migration's name without its extension. */
export function nameStem(name: string): string {
  return name.replace(SCRIPT, '');
}

/**
 * Which of the files `names` of `directory` are migrations.
 * @param extension only files with it count; default: all that Node runs
 * @throws UserError for two files that differ in their extension only
 */
export function classifyFiles(
  names: readonly string[],
  directory: string,
  extension = '',
): ClassifiedNames {
  const scripts = names
    .filter((name) => SCRIPT.test(name) && !DECLARATION.test(name) && name.endsWith(extension))
    .sort();
  const migrations = scripts.filter((name) => NAME.test(name));
  for (const [index, name] of migrations.entries()) {
    const next = migrations[index + 1];
    if (next !== undefined && nameStem(next) === nameStem(name)) {
      throw new UserError(
        `${join(directory, name)} and ${next} are one migration twice, and both would be applied. ` +
          'Keep one of them; where a compiler writes one beside the other, give it a directory of its own.',
        { position: { file: join(directory, next) } },
      );
    }
  }
  return { migrations, others: scripts.filter((name) => !NAME.test(name)) };
}

/**
 * The migrations in `directory`, not in folders below it.
 * @throws UserError when it cannot be read
 */
export async function readMigrationFiles(
  directory: string,
  extension?: string,
): Promise<MigrationFiles> {
  let entries: readonly Dirent[];
  try {
    entries = await readdir(directory, { withFileTypes: true });
  } catch (error) {
    throw new UserError(
      `The migrations directory "${directory}" cannot be read: ${errorMessage(error)}. ` +
        'Check the repository out before this step, or set the input "directory".',
      { cause: error },
    );
  }
  const { migrations, others } = classifyFiles(
    entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name),
    directory,
    extension,
  );
  const read = async (name: string): Promise<MigrationFile> => {
    const path = join(directory, name);
    return { name, path, text: await readFile(path, 'utf8') };
  };
  return {
    migrations: await Promise.all(migrations.map(read)),
    others: await Promise.all(others.map(read)),
  };
}

/**
 * All files that are migrations once the changelog is known: one that it names is, whatever its form.
 * @throws UserError for a name that is nearly of the form: passing over it would leave a migration out
 */
export function knownMigrations(
  { migrations, others }: MigrationFiles,
  applied: ReadonlySet<string>,
): readonly MigrationFile[] {
  const malformed = others.find(({ name }) => /^\d/.test(name) && !applied.has(name));
  if (malformed !== undefined) {
    throw new UserError(
      `${malformed.path} is not named like a migration: ${NAME_FORM}. ` +
        'Rename it; a file that is no migration must not begin with a digit.',
      { position: { file: malformed.path } },
    );
  }
  return [...migrations, ...others.filter(({ name }) => applied.has(name))].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
}
