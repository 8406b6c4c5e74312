import { writeFile } from 'node:fs/promises';
import { printable } from '@paal/core/action/printable';
import { hideSecret, redact } from '@paal/core/action/redact';
import { systemClock } from '@paal/core/clock';
import { errorMessage, UserError } from '@paal/core/errors';
import { secretsOfUri } from '@paal/core/migrate/drivers/mongodb-uri';
import { migrate } from '@paal/core/migrate/engine';
import type { EngineIo } from '@paal/core/migrate/engine-io';
import { EXIT_CODES, exitCodeOf } from '@paal/core/migrate/exit-code';
import { CHANGELOG } from '@paal/core/migrate/history';
import { readMigrateMongoConfig } from '@paal/core/migrate/migrate-mongo-config';
import { compactResult, resultLine } from '@paal/core/migrate/remote-result';
import { failedBefore, type MigrateResult } from '@paal/core/migrate/result';
import { leaveForeign, runForeign, strayError } from './foreign-code.ts';
import { type RunnerOptions, readCommandLine } from './runner-options.ts';

/** What Kubernetes keeps of a container's termination message. */
const TERMINATION_MESSAGE_BYTES = 4_096;
const SIGNAL_EXIT = { SIGINT: 130, SIGTERM: 143 } as const;

const write = (text: string): void => void process.stdout.write(`${printable(text)}\n`);

function terminalIo(signal: AbortSignal): EngineIo {
  return {
    info: write,
    warn: (text) => write(`Warning: ${text}`),
    group: async (title, work) => {
      write(title);
      return await work();
    },
    redact,
    clock: systemClock,
    today: () => new Date(),
    signal,
    foreign: runForeign,
    leaveForeign,
    strayError,
  };
}

async function run(options: RunnerOptions, signal: AbortSignal): Promise<MigrateResult> {
  const { request } = options;
  const mongo = await readMigrateMongoConfig(options.migrateMongoConfig);
  const uri = process.env.MONGODB_URI || mongo?.url;
  if (uri === undefined) {
    throw new UserError('MONGODB_URI is not set: it holds the connection string of the database.');
  }
  for (const secret of secretsOfUri(uri)) hideSecret(secret);
  // Migrations have no use for it: they are given the client.
  delete process.env.MONGODB_URI;
  const settings = {
    uri,
    changelog: options.changelog ?? mongo?.changelog ?? CHANGELOG,
    extension: mongo?.extension,
    clientOptions: mongo?.clientOptions ?? {},
    backup: undefined,
  };
  const database = request.database ?? mongo?.database;
  return await migrate({ ...request, database }, settings, terminalIo(signal));
}

/** What the action calls its input is here a variable of the environment. */
function ownWords(result: MigrateResult): MigrateResult {
  const { failure } = result;
  if (!failure) return result;
  const message = failure.message.replace(/the input "uri"/gi, 'MONGODB_URI');
  return { ...result, failure: { ...failure, message } };
}

async function publish(result: MigrateResult): Promise<void> {
  const file = process.env.PAAL_RESULT_FILE;
  if (file) await writeFile(file, compactResult(result, TERMINATION_MESSAGE_BYTES));
  if (result.failure) write(`Error: ${result.failure.message}`);
  process.stdout.write(`${printable(resultLine(result))}\n`);
}

/** Runs one command line of `paal-migrate`; gives its exit code. */
async function main(): Promise<number> {
  const controller = new AbortController();
  let signalled: keyof typeof SIGNAL_EXIT | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      signalled = signal;
      controller.abort(new UserError('The run was cancelled.'));
    });
  }
  let result: MigrateResult;
  try {
    const options = readCommandLine(process.argv.slice(2), process.env);
    if (options === undefined) return EXIT_CODES.succeeded;
    result = await run(options, controller.signal);
  } catch (error) {
    if (!(error instanceof UserError)) {
      write(`Unexpected error, a bug in paal-migrate: ${errorMessage(error)}`);
      write(error instanceof Error ? (error.stack ?? '') : '');
      return EXIT_CODES.internal;
    }
    result = failedBefore(error);
  }
  await publish(ownWords(result));
  return signalled && result.failure ? SIGNAL_EXIT[signalled] : exitCodeOf(result.failure);
}

const code = await main();
await new Promise((resolve) => process.stdout.write('', resolve));
process.exit(code);
