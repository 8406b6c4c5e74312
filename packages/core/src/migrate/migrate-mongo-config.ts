import { access } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { errorMessage, UserError } from '../errors.ts';

/** The name that migrate-mongo itself looks for. */
export const MIGRATE_MONGO_CONFIG = 'migrate-mongo-config.js';

/** A project's settings for migrate-mongo. */
export interface MigrateMongoConfig {
  readonly file: string;
  readonly url: string | undefined;
  readonly database: string | undefined;
  readonly clientOptions: Readonly<Record<string, unknown>>;
  /** Relative to the working directory; migrate-mongo is run where its configuration lies. */
  readonly directory: string | undefined;
  readonly changelog: string | undefined;
  readonly extension: string;
}

/** Options that old versions of migrate-mongo's template had, and drivers of today refuse. */
const OBSOLETE_OPTIONS = ['useNewUrlParser', 'useUnifiedTopology'];

type Fields = Readonly<Record<string, unknown>>;

function wrong(file: string, what: string): UserError {
  return new UserError(`The configuration of migrate-mongo "${file}" is wrong: ${what}.`, {
    position: { file },
  });
}

function fieldsIn(value: unknown, file: string, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw wrong(file, `${what} is no object`);
}

function textIn(fields: Fields, name: string, file: string): string | undefined {
  const { [name]: value } = fields;
  if (value === undefined || (typeof value === 'string' && value !== '')) return value;
  throw wrong(file, `${name} is no text, or an empty one`);
}

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}

/**
 * What counts of migrate-mongo's configuration (its README, "Configuration"). Its lock is not used, and
 * its module system is Node's own matter. Checked by hand: a library takes longer to load than all else
 * that a run with nothing to do does by itself.
 */
function settingsOf(exported: unknown, file: string): MigrateMongoConfig {
  const all = fieldsIn(exported, file, 'what it exports');
  const mongodb = fieldsIn(all.mongodb ?? {}, file, 'mongodb');
  const options = fieldsIn(mongodb.options ?? {}, file, 'mongodb.options');
  const directory = textIn(all, 'migrationsDir', file);
  return {
    file,
    url: textIn(mongodb, 'url', file),
    database: textIn(mongodb, 'databaseName', file),
    clientOptions: Object.fromEntries(
      Object.entries(options).filter(([name]) => !OBSOLETE_OPTIONS.includes(name)),
    ),
    directory: directory === undefined ? undefined : join(dirname(file), directory),
    changelog: textIn(all, 'changelogCollectionName', file),
    extension: textIn(all, 'migrationFileExtension', file) ?? '.js',
  };
}

/**
 * Reads the configuration of migrate-mongo: the file that is named, or else the one of the usual name
 * where there is one. It is code of the project's, and is executed.
 * @throws UserError when a named file is not there, cannot be loaded, or is none
 */
export async function readMigrateMongoConfig(
  named: string | undefined,
): Promise<MigrateMongoConfig | undefined> {
  const file = named ?? MIGRATE_MONGO_CONFIG;
  if (!(await exists(file))) {
    if (named === undefined) return undefined;
    throw new UserError(
      `The configuration of migrate-mongo "${file}" does not exist. Correct the input "migrate-mongo-config", or remove it.`,
    );
  }
  let exported: unknown;
  try {
    const module = (await import(/* webpackIgnore: true */ pathToFileURL(resolve(file)).href)) as {
      default?: unknown;
    };
    const outer = module.default as { default?: unknown } | undefined;
    exported = outer?.default ?? outer ?? module;
  } catch (error) {
    throw new UserError(
      `The configuration of migrate-mongo "${file}" cannot be loaded: ${errorMessage(error)}.`,
      { cause: error, position: { file } },
    );
  }
  return settingsOf(exported, file);
}
