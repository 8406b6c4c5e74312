import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorMessage, UserError } from '../errors.ts';

/** A migration in the checkout. */
export interface MigrationFile {
  /** `YYYYMMDDHHmmss-description.js`; what the changelog knows it by. */
  readonly name: string;
  /** Below the working directory, as messages and annotations show it. */
  readonly path: string;
}

/** What a migrations directory holds. */
export interface MigrationFiles {
  /** Sorted by name, which is the order in which they are applied. */
  readonly migrations: readonly MigrationFile[];
  /** Names of scripts that are no migrations, such as `helpers.js`. */
  readonly ignored: readonly string[];
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
 * @throws UserError for a name that is nearly one (passing over it would leave a migration out), and
 * for two files that differ in their extension only
 */
export function classifyFiles(names: readonly string[], directory: string): MigrationFiles {
  const scripts = names.filter((name) => SCRIPT.test(name) && !DECLARATION.test(name)).sort();
  const malformed = scripts.find((name) => /^\d/.test(name) && !NAME.test(name));
  if (malformed !== undefined) {
    throw new UserError(
      `${join(directory, malformed)} is not named like a migration: ${NAME_FORM}. ` +
        'Rename it; a file that is no migration must not begin with a digit.',
      { position: { file: join(directory, malformed) } },
    );
  }
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
  return {
    migrations: migrations.map((name) => ({ name, path: join(directory, name) })),
    ignored: scripts.filter((name) => !NAME.test(name)),
  };
}

/**
 * The migrations in `directory`, not in folders below it.
 * @throws UserError when it cannot be read
 */
export async function readMigrationFiles(directory: string): Promise<MigrationFiles> {
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
  return classifyFiles(
    entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name),
    directory,
  );
}
