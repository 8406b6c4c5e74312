import { spawn } from 'node:child_process';
import { findResult, RESULT_MARK } from '../remote-result.ts';
import { type MigrateRequest, runnerArguments } from '../request.ts';
import type { MigrateResult } from '../result.ts';
import type { DriverIo, RemoteOutcome } from './remote.ts';
import { type Ended, followChild } from './remote-child.ts';
import { remoteError, remoteFailure } from './remote-failure.ts';
import { shellCommand } from './ssh-quote.ts';

/** A command of the user's that migrates. */
export interface CommandOptions {
  /** A script for bash, as in `run:` of a step. */
  readonly script: string;
  /** What MONGODB_URI is for it; `undefined`: what it is here. */
  readonly uri: string | undefined;
  /** Where it is run. */
  readonly workspace: string;
  /** Its environment but for what the request adds; those of this process. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The variables that tell a command what is asked for. */
export function requestVariables(request: MigrateRequest): Readonly<Record<string, string>> {
  const { command, limit, runner } = request;
  const to = limit === 'previous' ? limit : limit && 'to' in limit ? limit.to : '';
  const count = limit !== undefined && limit !== 'previous' && 'count' in limit ? limit.count : '';
  return {
    PAAL_MIGRATE_COMMAND: command,
    PAAL_MIGRATE_TO: to,
    PAAL_MIGRATE_COUNT: String(count),
    PAAL_MIGRATE_DRY_RUN: String(request.dryRun),
    PAAL_MIGRATE_DIRECTORY: request.directory,
    PAAL_MIGRATE_DATABASE: request.database ?? '',
    PAAL_MIGRATE_ENVIRONMENT: request.environment ?? '',
    PAAL_MIGRATE_RUN: runner.run === 'local' ? '' : runner.run,
    PAAL_MIGRATE_ARGUMENTS: shellCommand(runnerArguments(request)),
  };
}

/**
 * Milliseconds after the cancellation, of which there are 7.5 s before SIGTERM, at which the group
 * gets each signal.
 */
const STOPS: readonly (readonly [after: number, signal: NodeJS.Signals])[] = [
  [0, 'SIGINT'],
  [3_500, 'SIGTERM'],
  [6_000, 'SIGKILL'],
];

/** Sends the signals until `gone`; gives the last one that was sent. */
async function stop(group: number, { clock }: DriverIo, gone: AbortSignal): Promise<string> {
  let sent = '';
  let elapsed = 0;
  for (const [after, signal] of STOPS) {
    try {
      await clock.sleep(after - elapsed, gone);
      process.kill(-group, signal);
    } catch {
      return sent;
    }
    elapsed = after;
    sent = signal;
  }
  return sent;
}

function outcomeOf(
  ended: Ended,
  result: MigrateResult | undefined,
  stopped: string | undefined,
): RemoteOutcome {
  const { code, signal } = ended;
  if (stopped !== undefined && result === undefined && code !== 0) {
    const text = `The run was cancelled, and the command of "command-line" ended after ${stopped}. Whether it changed the database is unknown.`;
    return { result, exitCode: code, failure: remoteError('failed', text) };
  }
  if (code === undefined) {
    const text = `The command of "command-line" was ended by ${signal}. Whether it changed the database is unknown.`;
    return { result, exitCode: undefined, failure: remoteError('failed', text) };
  }
  return {
    result,
    exitCode: code,
    failure: remoteFailure(code, result, 'The command of "command-line"'),
  };
}

/**
 * Runs the user's command in a process group of its own, by bash as a step of a workflow does
 * (https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell).
 * Without a result on its output, an exit code of 0 says that it succeeded, and nothing of what it
 * did: `result` is `undefined` then. Cancelled, the whole group is stopped.
 */
export async function runCommand(
  request: MigrateRequest,
  options: CommandOptions,
  io: DriverIo,
): Promise<RemoteOutcome> {
  const { script, uri, workspace, environment } = options;
  if (io.signal.aborted) {
    const text = 'The run was cancelled before the command of "command-line" had begun.';
    return { result: undefined, exitCode: undefined, failure: remoteError('refused', text) };
  }
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
    cwd: workspace,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...environment,
      ...requestVariables(request),
      ...(uri === undefined ? {} : { MONGODB_URI: uri }),
    },
  });
  const gone = new AbortController();
  let stopping: Promise<string> | undefined;
  const onAbort = (): void => {
    if (child.pid !== undefined) stopping = stop(child.pid, io, gone.signal);
  };
  io.signal.addEventListener('abort', onAbort, { once: true });
  let result: MigrateResult | undefined;
  const onLine = (line: string): void => {
    if (line.startsWith(RESULT_MARK)) result = findResult(line) ?? result;
    else io.info(line);
  };
  try {
    const ended = await followChild(child, { onOut: onLine, onErr: onLine }, io.clock);
    gone.abort();
    return outcomeOf(ended, result, await stopping);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const text = `bash cannot be started (${why}), which the input "command-line" needs.`;
    return { result: undefined, exitCode: undefined, failure: remoteError('refused', text) };
  } finally {
    gone.abort();
    io.signal.removeEventListener('abort', onAbort);
  }
}
