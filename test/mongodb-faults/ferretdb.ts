import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { ensurePrograms } from '../cluster/programs/programs.ts';
import type { Progress } from '../cluster/progress.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** A FerretDB of the tests' own, which needs no cluster. */
export interface LoopbackFerretDb {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly uri: string;
  /** Ends it and forgets its data. */
  stop(): Promise<void>;
}

const LISTENING = /Listening on TCP 127\.0\.0\.1:(\d+)/;
const LINES_OF_OUTPUT = 15;

/**
 * Starts an empty FerretDB on a port of 127.0.0.1 that it chooses itself; it ends with this process at
 * the latest. The first start on a machine builds it, which takes about a minute.
 */
export async function startLoopbackFerretDb(
  progress: Progress = () => {},
): Promise<LoopbackFerretDb> {
  const { ferretdb } = await ensurePrograms(['ferretdb'], progress);
  const folder = await temporaryFolder('ferretdb');
  const server = execa(ferretdb, ['-listen', '127.0.0.1:0', '-directory', folder], {
    stdin: 'ignore',
    stdout: 'ignore',
    buffer: false,
    reject: false,
  });
  const output: string[] = [];
  const listening = Promise.withResolvers<number>();
  // Read to its end, because a full pipe would stop the server.
  createInterface({ input: server.stderr }).on('line', (line) => {
    if (output.push(line) > LINES_OF_OUTPUT) output.shift();
    const port = LISTENING.exec(line)?.[1];
    if (port !== undefined) listening.resolve(Number(port));
  });
  const stop = async (): Promise<void> => {
    server.kill();
    await server;
    await rm(folder, { recursive: true, force: true });
  };
  const ended = server.then(() => {
    throw new Error(`FerretDB ended before it listened: ${output.join('\n')}`);
  });
  try {
    const port = await Promise.race([listening.promise, ended]);
    return { host: '127.0.0.1', port, uri: `mongodb://127.0.0.1:${port}/`, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    ended.catch(() => undefined);
  }
}
