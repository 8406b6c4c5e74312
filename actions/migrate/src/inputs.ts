import { hostname } from 'node:os';
import { environmentInput } from '@paal/core/action/environment-input';
import {
  booleanInput,
  choiceInput,
  durationInput,
  integerInput,
  textInput,
} from '@paal/core/action/inputs';
import type { RunIdentity } from '@paal/core/action/run';
import { maskSecret } from '@paal/core/action/secrets';
import type { Environment } from '@paal/core/config/environment';
import { UserError } from '@paal/core/errors';
import { secretsOfUri } from '@paal/core/migrate/drivers/mongodb-uri';
import type { EngineSettings } from '@paal/core/migrate/engine-io';
import { CHANGELOG } from '@paal/core/migrate/history';
import {
  type MigrateMongoConfig,
  readMigrateMongoConfig,
} from '@paal/core/migrate/migrate-mongo-config';
import {
  DEFAULT_REQUEST,
  type MigrateCommand,
  type MigrateRequest,
  type Tolerance,
} from '@paal/core/migrate/request';
import { appOfRepository, checkAppName } from '@paal/core/release/release';
import { backupBy } from './backup.ts';
import type { ReleasesOf } from './previous.ts';

/** How the database is reached. */
export type MigrateDriver = 'mongodb' | 'job' | 'ssh' | 'command';

/** The section `migrations` of paal.yaml. */
export type Migrations = NonNullable<Environment['migrations']>;

/** The inputs of action.yml, over what paal.yaml says, over what the configuration of migrate-mongo says. */
export interface Inputs {
  readonly request: MigrateRequest;
  readonly driver: MigrateDriver;
  /** What paal.yaml says of migrations. */
  readonly migrations: Migrations;
  /** Whose releases say what "previous" is. */
  readonly releases: ReleasesOf;
  /** `undefined` where no connection string was given: the driver may find one of its own. */
  readonly settings: Omit<EngineSettings, 'uri'> & { readonly uri: string | undefined };
}

const COMMANDS = ['up', 'down', 'status', 'plan', 'baseline', 'repair', 'unlock', 'lint'] as const;
/** The commands for which a limit means something. */
const LIMITED: readonly MigrateCommand[] = ['up', 'down', 'plan', 'baseline'];

function readLimit(command: MigrateCommand): MigrateRequest['limit'] {
  const to = textInput('to');
  const count = integerInput('count', 0);
  if (to !== undefined && count !== undefined) {
    throw new UserError('The inputs "to" and "count" exclude each other; give one of them.');
  }
  if (!LIMITED.includes(command) && (to !== undefined || count !== undefined)) {
    throw new UserError(
      `The inputs "to" and "count" mean nothing to command ${command}; remove them` +
        `${command === 'status' ? ', or use command plan' : ''}.`,
    );
  }
  if (to === 'previous') {
    if (command === 'down') return 'previous';
    throw new UserError('"to: previous" is a way back: it needs command down.');
  }
  if (to !== undefined) return { to };
  return count === undefined ? undefined : { count };
}

function toleranceInput(
  name: 'on-edited' | 'on-missing' | 'on-out-of-order',
  migrations: Migrations,
): Tolerance {
  return choiceInput(name, ['error', 'warn', 'allow']) ?? migrations[name] ?? 'error';
}

function readRequest(
  migrations: Migrations,
  environment: string | undefined,
  mongo: MigrateMongoConfig | undefined,
  run: RunIdentity,
): MigrateRequest {
  const command = choiceInput('command', COMMANDS) ?? 'up';
  if (command === 'lint') throw new Error('command lint has inputs of its own');
  const limit = readLimit(command);
  const dryRun = booleanInput('dry-run') === true;
  return {
    command,
    dryRun: dryRun || command === 'status' || command === 'plan',
    limit,
    directory: textInput('directory') ?? migrations.directory ?? mongo?.directory ?? 'migrations',
    database: textInput('database') ?? migrations.database ?? mongo?.database,
    environment,
    edited: toleranceInput('on-edited', migrations),
    missing: toleranceInput('on-missing', migrations),
    outOfOrder: toleranceInput('on-out-of-order', migrations),
    onInterrupted:
      choiceInput('on-interrupted', ['fail', 'retry', 'resume']) ??
      migrations['on-interrupted'] ??
      DEFAULT_REQUEST.onInterrupted,
    transaction: booleanInput('transaction') ?? migrations.transaction ?? false,
    lockWait: durationInput('lock-wait') ?? migrations['lock-wait'] ?? DEFAULT_REQUEST.lockWait,
    lockTtl: durationInput('lock-ttl') ?? migrations['lock-ttl'] ?? DEFAULT_REQUEST.lockTtl,
    migration: textInput('migration'),
    as: choiceInput('as', ['applied', 'pending']),
    owner: textInput('owner'),
    runner: { run: run.url, actor: run.actor, sha: run.commit, host: hostname() },
  };
}

/** The connection string; all of its secrets are masked from here on. */
function readUri(fromConfig: string | undefined): string | undefined {
  const uri = textInput('uri') ?? fromConfig;
  for (const secret of uri === undefined ? [] : secretsOfUri(uri)) maskSecret(secret);
  return uri;
}

/**
 * Reads and checks the inputs; touches nothing.
 * @throws UserError for the first one that is wrong
 */
export async function readInputs(run: RunIdentity): Promise<Inputs> {
  readUri(undefined);
  booleanInput('summary');
  const { config, settings } = await environmentInput(run.ref);
  const { name, migrations = {} } = settings;
  const driver =
    choiceInput('driver', ['mongodb', 'job', 'ssh', 'command']) ?? migrations.driver ?? 'mongodb';
  const mongo = await readMigrateMongoConfig(
    textInput('migrate-mongo-config') ?? migrations['migrate-mongo-config'],
  );
  const backupCommand = textInput('backup-command');
  if (backupCommand !== undefined && driver !== 'mongodb') {
    throw new UserError(
      `The input "backup-command" goes with driver mongodb; with driver ${driver}, make the backup in a step before this one.`,
    );
  }
  const request = readRequest(migrations, name || undefined, mongo, run);
  return {
    request,
    driver,
    migrations,
    releases: {
      app: checkAppName(textInput('app') ?? config.app ?? appOfRepository(run.repository)),
      namespace: textInput('namespace') ?? settings.namespace,
    },
    settings: {
      uri: readUri(mongo?.url),
      changelog: textInput('changelog') ?? migrations.changelog ?? mongo?.changelog ?? CHANGELOG,
      extension: mongo?.extension,
      clientOptions: mongo?.clientOptions ?? {},
      backup: backupBy(backupCommand),
    },
  };
}
