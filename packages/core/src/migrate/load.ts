import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { errorMessage, formatPosition, type SourcePosition, UserError } from '../errors.ts';
import type { MigrationFile } from './files.ts';
import type { Direction } from './plan.ts';
import { syntaxErrorAt, thrownAt, unresolvedImportAt } from './source-position.ts';

/** What a migration is called with: `up(db, client, context)`. */
export type MigrationArguments = readonly [database: unknown, client: unknown, context: unknown];

/** A step whose code is loaded. */
export interface LoadedStep {
  readonly file: MigrationFile;
  readonly direction: Direction;
  /** Whether it is one transaction: as the migration itself says, else as was asked for. */
  readonly transaction: boolean;
  /**
   * Calls the migration's function, as a method of what it exports; up between its `precheck` and its
   * `postcheck`, where it has them.
   */
  run(parameters: MigrationArguments): Promise<void>;
}

type Exports = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Exports {
  return (typeof value === 'object' || typeof value === 'function') && value !== null;
}

/**
 * What `module` exports, as migrate-mongo sees it: the default export where there is one. Behind
 * `import()` a CommonJS module is the default, and a default of its own stands inside.
 */
function exportsOf(module: Exports): Exports {
  const outer = isObject(module.default) ? module.default : undefined;
  const inner = isObject(outer?.default) ? outer.default : undefined;
  return (
    [inner, outer].find(
      (candidate) => typeof candidate?.up === 'function' || typeof candidate?.down === 'function',
    ) ?? module
  );
}

/** Where Node finds a syntax error in `file`, without running it. */
async function checkSyntax(file: string): Promise<SourcePosition | undefined> {
  return await new Promise((done) => {
    execFile(process.execPath, ['--check', file], (_, __, stderr) => done(syntaxErrorAt(stderr)));
  });
}

async function loadErrorAt(error: unknown, file: string): Promise<SourcePosition | undefined> {
  if (error instanceof SyntaxError) {
    return syntaxErrorAt(error.stack ?? '') ?? (await checkSyntax(file)) ?? thrownAt(error, file);
  }
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
  if (error instanceof Error && code.endsWith('MODULE_NOT_FOUND')) {
    return await unresolvedImportAt(error);
  }
  return thrownAt(error, file);
}

function advice(error: unknown): string {
  const message = errorMessage(error);
  if (/^Cannot find (?:package|module) '(?![./])/.test(message)) {
    return " Install the repository's packages before this step, for example with npm ci.";
  }
  if (/strip-only mode/.test(message)) {
    return ' TypeScript that needs compiling, such as enum, does not run as it is: write it otherwise.';
  }
  return '';
}

async function importFile(file: MigrationFile): Promise<Exports> {
  const path = resolve(file.path);
  try {
    // The bundler would replace an import() whose argument it cannot know.
    return (await import(/* webpackIgnore: true */ pathToFileURL(path).href)) as Exports;
  } catch (error) {
    const position = (await loadErrorAt(error, path)) ?? { file: file.path };
    const [message = ''] = errorMessage(error).split('\n');
    throw new UserError(
      `The migration ${file.name} cannot be loaded: ${message} (${formatPosition(position)}). ` +
        `Nothing was run.${advice(error)}`,
      { cause: error, position },
    );
  }
}

function irreversible({ irreversible: reason }: Exports): string | undefined {
  return typeof reason === 'string' && reason !== '' ? reason : undefined;
}

function missingFunction(file: MigrationFile, direction: Direction, migration: Exports): UserError {
  const position = { file: file.path, line: 1 };
  if (direction === 'up') {
    return new UserError(
      `The migration ${file.name} exports no function "up". Nothing was run. ` +
        'Write "export async function up(db, client)", or module.exports = { up, down }.',
      { position },
    );
  }
  const reason = irreversible(migration);
  return new UserError(
    reason === undefined
      ? `The migration ${file.name} exports no function "down", so it cannot be reverted. ` +
          'Nothing was reverted. Write its down, or go forward with a new migration instead.'
      : `The migration ${file.name} is declared irreversible: ${reason}. Nothing was reverted. ` +
          'Go forward with a new migration instead, or restore a backup.',
    { position },
  );
}

/**
 * Loads the migration `file` for a run in `direction`. Its top level is executed, as every import is.
 * @param asked whether it is to be a transaction where it does not say so itself
 * @throws UserError with the place in the file, when it cannot be loaded or lacks the function
 */
export async function loadStep(
  file: MigrationFile,
  direction: Direction,
  asked = false,
): Promise<LoadedStep> {
  const migration = exportsOf(await importFile(file));
  const method = migration[direction];
  if (typeof method !== 'function' || (direction === 'down' && irreversible(migration))) {
    throw missingFunction(file, direction, migration);
  }
  const call = async (name: string, parameters: MigrationArguments): Promise<void> => {
    const check = migration[name];
    if (direction === 'up' && typeof check === 'function') await check.apply(migration, parameters);
  };
  const { transaction } = migration;
  return {
    file,
    direction,
    transaction: typeof transaction === 'boolean' ? transaction : asked,
    run: async (parameters) => {
      await call('precheck', parameters);
      await method.apply(migration, parameters);
      await call('postcheck', parameters);
    },
  };
}
