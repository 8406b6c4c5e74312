import { access } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import { errorMessage, UserError } from '../errors.ts';

/** The name that migrate-mongo itself looks for. */
export const MIGRATE_MONGO_CONFIG = 'migrate-mongo-config.js';

const text = z.string().min(1).optional();

/**
 * What counts of migrate-mongo's configuration (its README, "Configuration"). Its lock is not used,
 * and its module system is Node's own matter.
 */
const schema = z.object({
  mongodb: z
    .object({
      url: text,
      databaseName: text,
      options: z.record(z.string(), z.unknown()).default({}),
    })
    .default({ options: {} }),
  migrationsDir: text,
  changelogCollectionName: text,
  migrationFileExtension: text,
});

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

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
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
  const parsed = schema.safeParse(exported);
  if (!parsed.success) {
    throw new UserError(
      `The configuration of migrate-mongo "${file}" is wrong: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`,
      { position: { file } },
    );
  }
  const { mongodb, migrationsDir, changelogCollectionName, migrationFileExtension } = parsed.data;
  const clientOptions = Object.entries(mongodb.options).filter(
    ([name]) => !OBSOLETE_OPTIONS.includes(name),
  );
  return {
    file,
    url: mongodb.url,
    database: mongodb.databaseName,
    clientOptions: Object.fromEntries(clientOptions),
    directory: migrationsDir === undefined ? undefined : join(dirname(file), migrationsDir),
    changelog: changelogCollectionName,
    extension: migrationFileExtension ?? '.js',
  };
}
