import { UserError } from '../../errors.ts';
import { DEFAULT_REQUEST, type MigrateRequest, runnerArguments } from '../request.ts';

/** The scripts of the deployment process, by what is asked for. */
export function scriptOf({ command }: Pick<MigrateRequest, 'command'>): string {
  return command === 'down' ? './rollback-migration.sh' : './run-migrations.sh';
}

/**
 * The script and its arguments, as the deployment process calls it: `./run-migrations.sh
 * --env=production`. Who runs it goes into the environment, and where the migrations lie is the
 * server's own matter, so that a script which knows nothing but `--env` will do.
 * @throws UserError when no environment is named
 */
export function scriptCall(request: MigrateRequest): readonly string[] {
  const { command, environment, limit } = request;
  if (environment === undefined) {
    throw new UserError(
      'Over ssh, the scripts must be told which environment they are for: give the input "environment", ' +
        'or name environments in paal.yaml.',
    );
  }
  const [, ...options] = runnerArguments({
    ...request,
    environment: undefined,
    directory: DEFAULT_REQUEST.directory,
    runner: DEFAULT_REQUEST.runner,
    limit: undefined,
  });
  return [
    scriptOf(request),
    `--env=${environment}`,
    ...(command === 'up' || command === 'down' ? [] : [`--${command}`]),
    ...versionOptions(command, limit),
    ...options,
  ];
}

function versionOptions(
  command: MigrateRequest['command'],
  limit: MigrateRequest['limit'],
): readonly string[] {
  // The script wants to be told how far; the runner's own answer is the last one.
  if (limit === undefined) return command === 'down' ? ['--count=1'] : [];
  if (limit === 'previous') return ['--version=previous'];
  return 'to' in limit ? [`--version=${limit.to}`] : [`--count=${limit.count}`];
}

/** What tells the scripts who runs them. */
export function runnerVariables({ runner }: MigrateRequest): readonly string[] {
  return [
    ...(runner.run === 'local' ? [] : [`PAAL_RUN=${runner.run}`]),
    ...(runner.actor === '' ? [] : [`PAAL_ACTOR=${runner.actor}`]),
    ...(runner.sha === '' ? [] : [`PAAL_SHA=${runner.sha}`]),
  ];
}
