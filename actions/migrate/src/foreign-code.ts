import { AsyncLocalStorage } from 'node:async_hooks';
import { StringDecoder } from 'node:string_decoder';
import { printable } from '@paal/core/action/printable';
import { errorMessage, UserError } from '@paal/core/errors';

const STACK_FRAMES = 50;

/** Set in whatever a migration started, also after it has ended. */
const foreign = new AsyncLocalStorage<true>();
/** Rejections and exceptions that nobody handled. */
const strays: Error[] = [];

/** The piece of foreign code that runs now. */
let running: symbol | undefined;
let flush: (() => void) | undefined;
let failRunning: (error: Error) => void = () => {};

/** Makes what foreign code writes to `stream` printable, line by line; gives what prints the rest. */
function guardStream(stream: NodeJS.WriteStream): () => void {
  const write = stream.write.bind(stream) as (...parameters: readonly unknown[]) => boolean;
  const decoder = new StringDecoder('utf8');
  let partial = '';
  stream.write = ((chunk: string | Uint8Array, ...rest: readonly unknown[]) => {
    if (!running && !foreign.getStore()) return write(chunk, ...rest);
    const [encoding] = rest.filter((one) => typeof one === 'string') as BufferEncoding[];
    partial += decoder.write(
      typeof chunk === 'string' ? Buffer.from(chunk, encoding) : Buffer.from(chunk),
    );
    const end = partial.lastIndexOf('\n') + 1;
    const lines = partial.slice(0, end);
    partial = partial.slice(end);
    return write(printable(lines), ...rest.filter((one) => typeof one === 'function'));
  }) as typeof stream.write;
  return () => {
    if (partial !== '') write(`${printable(partial)}\n`);
    partial = '';
  };
}

function onStray(reason: unknown): void {
  const error = new UserError(
    `Something that a migration started and did not await failed: ${errorMessage(reason)}`,
    { cause: reason },
  );
  strays.push(error);
  failRunning(error);
}

function guardProcess(): () => void {
  const flushes = [guardStream(process.stdout), guardStream(process.stderr)];
  const flushAll = (): void => {
    for (const one of flushes) one();
  };
  // A migration's own line often lies below ten frames of its driver.
  Error.stackTraceLimit = STACK_FRAMES;
  const { exit } = process;
  process.exit = (code) => {
    if (!running && !foreign.getStore()) return exit(code ?? process.exitCode);
    throw new Error(`process.exit(${code ?? ''}) was called, which a migration must not do`);
  };
  process.on('exit', flushAll);
  process.on('unhandledRejection', onStray);
  process.on('uncaughtException', onStray);
  return flushAll;
}

/**
 * Runs the user's own code, a migration, in this process. What it prints, then or later, obeys no
 * workflow command and shows no secret; what it started and did not await fails it rather than the
 * process; `process.exit` is an error, not the end of the step.
 */
export async function runForeign<T>(work: () => Promise<T>): Promise<T> {
  flush ??= guardProcess();
  const stray = Promise.withResolvers<never>();
  failRunning = stray.reject;
  const turn = Symbol('foreign code');
  running = turn;
  try {
    return await Promise.race([foreign.run(true, work), stray.promise]);
  } finally {
    if (running === turn) leaveForeign();
  }
}

/** Takes the process back from foreign code that does not come to its end. */
export function leaveForeign(): void {
  running = undefined;
  failRunning = () => {};
  flush?.();
}

/** The first error of foreign code that nobody handled, if there was one. */
export function strayError(): Error | undefined {
  return strays[0];
}
