import { randomUUID } from 'node:crypto';
import { UserError } from '../../errors.ts';
import type { MigrateRequest } from '../request.ts';
import type { DriverIo, RemoteOutcome } from './remote.ts';
import { remoteError, remoteFailure } from './remote-failure.ts';
import { runnerVariables, scriptCall } from './ssh-call.ts';
import { patienceOf, type SshOptions } from './ssh-config.ts';
import { connectError, lossOf, notStartedError } from './ssh-errors.ts';
import { makeSshFolder } from './ssh-folder.ts';
import { type Answer, afterLoss } from './ssh-lost.ts';
import { shellCommand } from './ssh-quote.ts';
import { askCommandLine, type RemoteCall, runCommandLine } from './ssh-remote.ts';
import { runSession, type Session } from './ssh-session.ts';

interface Run {
  readonly request: MigrateRequest;
  readonly options: SshOptions;
  /** Path of the client's configuration. */
  readonly config: string;
  readonly call: RemoteCall;
  readonly io: DriverIo;
}

/** The command that says where the database stands, with the environment of `request`. */
function statusCall({ environment }: MigrateRequest): readonly string[] {
  return ['./run-migrations.sh', `--env=${environment}`, '--status'];
}

/** The same for people. */
function askByHand({ request, options }: Run): string {
  const { user, host, directory } = options;
  return `ssh ${user}@${host} ${JSON.stringify(`cd ${directory} && ${shellCommand(statusCall(request))}`)}`;
}

/** Asks the server, once, what became of a run whose connection was lost. */
async function ask(run: Run, process: number): Promise<Answer> {
  const { request, options, config, call, io } = run;
  const { host } = options;
  io.warn(`The ssh connection to ${host} was lost; asking it what became of the run.`);
  const status = { ...call, command: statusCall(request), variables: [] };
  const commandLine = askCommandLine(status, process, patienceOf(options) + 15);
  const { said, result, log } = await runSession(options, config, commandLine, 'kill', io);
  if (said === 'running' || said === 'ended')
    return { state: said, why: undefined, status: result };
  const why = io.signal.aborted ? 'the run was cancelled.' : connectError(log, options).message;
  return { state: undefined, why, status: undefined };
}

/** What is true of a run that was cancelled before it had told its end. */
function cancelled(run: Run, { process }: Session): RemoteOutcome {
  const { host, user, onCancel } = run.options;
  const what = process === undefined ? undefined : `process ${process} of ${user}`;
  const text =
    what === undefined
      ? `The run was cancelled before the command on ${host} was known to run; if it had begun, it ` +
        `${onCancel === 'leave' ? 'goes on' : 'stops at its next safe point'}.`
      : onCancel === 'leave'
        ? `The run was cancelled, and goes on on ${host} (${what}), as "on-cancel" says. ` +
          `What became of it, this says: ${askByHand(run)}`
        : `The run was cancelled. On ${host} it was told to stop (${what}) and has not ended yet: it stops at its ` +
          `next safe point. What became of it, this says: ${askByHand(run)}`;
  return { result: undefined, exitCode: undefined, failure: remoteError('failed', text) };
}

/** Whether the client ended without having told the end of the command. */
function isLost({ ended, exit }: Session): boolean {
  return exit === undefined && (ended.code === undefined || ended.code === 255);
}

async function outcomeOf(run: Run, session: Session): Promise<RemoteOutcome> {
  const { request, options, call, io } = run;
  const { process, exit, said, result, log, ended } = session;
  const { host, user, directory, onCancel } = options;
  const [script = ''] = call.command;
  if (exit !== undefined) {
    const what = `${script} on ${host}`;
    const cancel = io.signal.aborted ? `The run was cancelled, and ${what}` : what;
    const failure = remoteFailure(exit, result, cancel);
    return { result, exitCode: exit, failure };
  }
  if (io.signal.aborted) return cancelled(run, session);
  if (process === undefined) {
    const failure = isLost(session)
      ? connectError(log, options)
      : notStartedError(said, options, { directory, script, exitCode: ended.code ?? 255 });
    return { result: undefined, exitCode: undefined, failure };
  }
  const outcome = afterLoss(
    {
      request,
      host,
      user,
      process,
      loss: isLost(session) ? lossOf(log) : `the session ended with exit code ${ended.code}`,
      patience: onCancel === 'stop' ? patienceOf(options) : undefined,
      ask: askByHand(run),
    },
    await ask(run, process),
  );
  if (!outcome.failure) {
    io.warn(`The connection was lost, but the run on ${host} was complete: the database says so.`);
  }
  return outcome;
}

/**
 * Calls the scripts of the deployment process on the database's server by the system's ssh client.
 * With `onCancel: 'stop'` the run there comes to its next safe point when this one is cancelled,
 * killed or cut off; a connection that is lost in the middle is followed by one question what
 * became of the run.
 * @throws UserError for an option that cannot be right, before anything is connected to
 */
export async function runOverSsh(
  request: MigrateRequest,
  options: SshOptions,
  io: DriverIo,
): Promise<RemoteOutcome> {
  const call: RemoteCall = {
    token: `paal-run-${randomUUID()}`,
    directory: options.directory,
    command: scriptCall(request),
    variables: runnerVariables(request),
  };
  const folder = await makeSshFolder(options);
  try {
    const { user, host, port, onCancel } = options;
    io.info(
      `ssh ${user}@${host} port ${port}: cd ${call.directory} && ${shellCommand(call.command)}`,
    );
    const run: Run = { request, options, config: folder.config, call, io };
    const commandLine = runCommandLine(call, onCancel, patienceOf(options));
    const whenCancelled = onCancel === 'stop' ? 'end-input' : 'kill';
    const session = await runSession(options, folder.config, commandLine, whenCancelled, io);
    return await outcomeOf(run, session);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { result: undefined, exitCode: undefined, failure: error };
  } finally {
    await folder.remove();
  }
}
