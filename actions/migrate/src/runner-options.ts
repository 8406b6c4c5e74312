import { hostname } from 'node:os';
import { parseDuration } from '@paal/core/config/duration';
import { UserError } from '@paal/core/errors';
import {
  DEFAULT_REQUEST,
  type MigrateCommand,
  type MigrateRequest,
  type Tolerance,
} from '@paal/core/migrate/request';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';

/** What the command line of the runner says. */
export interface RunnerOptions {
  readonly request: MigrateRequest;
  readonly changelog: string | undefined;
  readonly migrateMongoConfig: string | undefined;
}

const COMMANDS: Readonly<Record<MigrateCommand, string>> = {
  up: 'apply what is pending',
  down: 'revert',
  status: 'say what is applied and what is pending',
  plan: 'say what up would do',
  baseline: 'mark what is pending as applied, without running it',
  repair: 'correct what the database says of edited, missing or interrupted migrations',
  unlock: 'free the lease of a run that no longer lives',
};
const TOLERANCES = ['error', 'warn', 'allow'];

function whole(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('write a whole number');
  return Number(text);
}

function duration(text: string): number {
  try {
    return parseDuration(text, 'duration');
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

/** What commander makes of the options. */
interface Values
  extends Omit<Partial<MigrateRequest>, 'command' | 'limit' | 'edited' | 'missing' | 'outOfOrder'> {
  readonly to?: string;
  readonly count?: number;
  readonly onEdited: Tolerance;
  readonly onMissing: Tolerance;
  readonly onOutOfOrder: Tolerance;
  readonly run?: string;
  readonly actor?: string;
  readonly sha?: string;
  readonly changelog?: string;
  readonly migrateMongoConfig?: string;
}

function limitOf({ to, count }: Values): MigrateRequest['limit'] {
  if (to === 'previous') return 'previous';
  if (to !== undefined) return { to };
  return count === undefined ? undefined : { count };
}

function toOptions(command: MigrateCommand, values: Values, env: NodeJS.ProcessEnv): RunnerOptions {
  const { run, actor, sha, onEdited, onMissing, onOutOfOrder, changelog, ...rest } = values;
  const { to: _, count: __, migrateMongoConfig, ...request } = rest;
  return {
    changelog,
    migrateMongoConfig,
    request: {
      ...DEFAULT_REQUEST,
      ...request,
      command,
      dryRun: values.dryRun === true || command === 'status' || command === 'plan',
      limit: limitOf(values),
      edited: onEdited,
      missing: onMissing,
      outOfOrder: onOutOfOrder,
      runner: {
        run: run ?? 'local',
        actor: actor ?? env.USER ?? '',
        sha: sha ?? '',
        host: hostname(),
      },
    },
  };
}

function withOptions(command: Command): Command {
  const tolerance = (name: string, what: string): Option =>
    new Option(`--on-${name} <WHAT>`, what).choices(TOLERANCES).default('error');
  return command
    .option('--directory <PATH>', 'directory with the migrations', DEFAULT_REQUEST.directory)
    .option('--database <NAME>', 'name of the database; default: the one in MONGODB_URI')
    .option('--environment <NAME>', 'name of the environment, for the records')
    .addOption(
      new Option(
        '--to <NAME>',
        'how far to go: a migration, with down also previous or 0',
      ).conflicts('count'),
    )
    .option('--count <N>', 'how many migrations', whole)
    .option('--dry-run', 'change nothing, and show what each migration would send')
    .addOption(tolerance('edited', 'what a file means that was edited after it was applied'))
    .addOption(tolerance('missing', 'what a file means that was applied and is gone'))
    .addOption(tolerance('out-of-order', 'what a file means that is older than an applied one'))
    .addOption(
      new Option('--on-interrupted <WHAT>', 'how to go on with a migration that was cut off')
        .choices(['fail', 'retry', 'resume'])
        .default('fail'),
    )
    .option('--transaction', 'make each migration and its changelog one transaction')
    .option('--lock-wait <DURATION>', 'how long to wait for another run', duration, 0)
    .option(
      '--lock-ttl <DURATION>',
      'after how much silence a run is dead',
      duration,
      DEFAULT_REQUEST.lockTtl,
    )
    .option('--migration <NAME>', 'with repair: which one')
    .addOption(
      new Option('--as <STATE>', 'with repair: how it stands').choices(['applied', 'pending']),
    )
    .option('--owner <ID>', 'with unlock: the owner of the lease, as status shows it')
    .option('--changelog <NAME>', 'name of the collection of applied migrations')
    .option('--migrate-mongo-config <FILE>', 'configuration of migrate-mongo')
    .option('--run <URL>', 'address of the run, for the records')
    .option('--actor <NAME>', 'who started it')
    .option('--sha <COMMIT>', 'the commit of the migrations');
}

/**
 * Reads the command line.
 * @throws UserError for what is wrong in it; `undefined` when only help was asked for
 */
export function readCommandLine(
  parameters: readonly string[],
  env: NodeJS.ProcessEnv,
): RunnerOptions | undefined {
  let options: RunnerOptions | undefined;
  const program = new Command('paal-migrate')
    .description(
      'Applies and reverts MongoDB migrations. The connection string is read from MONGODB_URI.',
    )
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  for (const [name, description] of Object.entries(COMMANDS)) {
    const command = withOptions(program.command(name).description(description));
    command.exitOverride().configureOutput({ writeErr: () => {} });
    command.action((values: Values) => {
      options = toOptions(name as MigrateCommand, values, env);
    });
  }
  try {
    program.parse(parameters, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    const said = error.message.replace(/^error: /, '');
    throw new UserError(
      error.code === 'commander.help'
        ? `A command is needed: ${Object.keys(COMMANDS).join(', ')}. paal-migrate COMMAND --help tells its options.`
        : `${said}. paal-migrate --help tells what there is.`,
    );
  }
  return options;
}
