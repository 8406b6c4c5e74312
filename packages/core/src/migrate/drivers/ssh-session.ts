import { spawn } from 'node:child_process';
import { findResult, RESULT_MARK } from '../remote-result.ts';
import type { MigrateResult } from '../result.ts';
import type { DriverIo } from './remote.ts';
import { type Ended, followChild } from './remote-child.ts';
import { remoteError } from './remote-failure.ts';
import { DEFAULT_INTERVAL, type SshOptions, sshArguments } from './ssh-config.ts';
import { REMOTE_MARK } from './ssh-remote.ts';

/** What is known of a session, as far as it came. */
export interface Session {
  /** The process on the server, once the command runs there. */
  readonly process: number | undefined;
  /** The exit code of the command. */
  readonly exit: number | undefined;
  /** The other thing that our own code on the server said: `no-script`, `ended`, `running` … */
  readonly said: string | undefined;
  readonly result: MigrateResult | undefined;
  /** The last lines of the client's own log. */
  readonly log: readonly string[];
  readonly ended: Ended;
  /** The client was killed here, for it did not end in time. */
  readonly killed: boolean;
}

const KEPT_LOG = 500;

/**
 * Milliseconds that a cancelled run has to come to its end before it is left: SIGTERM follows 7.5 s
 * after SIGINT (https://docs.github.com/actions/concepts/workflows-and-actions/workflow-cancellation).
 */
const STOP_WITHIN = 6_000;

interface Heard {
  process?: number;
  exit?: number;
  said?: string;
  result?: MigrateResult | undefined;
  killed: boolean;
  readonly log: string[];
}

/** What to do with the session when the run is cancelled. */
export type WhenCancelled = 'end-input' | 'kill';

function startClient(options: SshOptions, config: string, commandLine: string) {
  // A group of its own: the SIGINT of a terminal is for us, and must not cut the connection.
  return spawn('ssh', sshArguments(options, config, commandLine), {
    detached: true,
    stdio: 'pipe',
  });
}

/** Gives signs of life to the server until `signal`. */
async function beat(
  write: (text: string) => void,
  interval: number,
  { clock }: DriverIo,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    write('\n');
    await clock.sleep(interval * 1_000, signal).catch(() => {});
  }
}

/**
 * Runs `commandLine` on the server and gives what is known of it when the client has ended. Lines of
 * the command go to `io.info` as they come.
 * @throws UserError when there is no ssh client
 */
export async function runSession(
  options: SshOptions,
  config: string,
  commandLine: string,
  whenCancelled: WhenCancelled,
  io: DriverIo,
): Promise<Session> {
  const child = startClient(options, config, commandLine);
  const known: Heard = { killed: false, log: [] };
  const kill = (): void => {
    known.killed = true;
    child.kill('SIGKILL');
  };
  const over = new AbortController();
  const onAbort = (): void => {
    over.abort();
    // Where nothing runs yet there is nothing to come to an end.
    if (whenCancelled === 'kill' || known.process === undefined) {
      kill();
      return;
    }
    child.stdin.end();
    void io.clock.sleep(STOP_WITHIN, gone.signal).then(kill, () => {});
  };
  const gone = new AbortController();
  // The client may end before it has read everything.
  child.stdin.on('error', () => {});
  io.signal.addEventListener('abort', onAbort, { once: true });
  if (io.signal.aborted) onAbort();
  const beating = beat(
    (text) => child.stdin.write(text),
    options.interval ?? DEFAULT_INTERVAL,
    io,
    over.signal,
  );

  const onOut = (line: string): void => {
    if (line.startsWith(RESULT_MARK)) known.result = findResult(line) ?? known.result;
    else if (line.startsWith(REMOTE_MARK)) {
      const [said = '', number] = line.slice(REMOTE_MARK.length).split(' ');
      if (said === 'started') known.process = Number(number);
      else if (said === 'exit') known.exit = Number(number);
      else known.said = said;
    } else io.info(line);
  };
  const onErr = (line: string): void => {
    known.log.push(line.trimEnd());
    if (known.log.length > KEPT_LOG) known.log.shift();
  };
  try {
    const ended = await followChild(child, { onOut, onErr }, io.clock);
    const { process, exit, said, result, killed, log } = known;
    return { process, exit, said, result, killed, log, ended };
  } catch (error) {
    throw remoteError(
      'refused',
      `The program ssh cannot be started (${error instanceof Error ? error.message : String(error)}). ` +
        'Install the OpenSSH client on this runner (Debian: openssh-client).',
    );
  } finally {
    io.signal.removeEventListener('abort', onAbort);
    over.abort();
    gone.abort();
    await beating;
  }
}
