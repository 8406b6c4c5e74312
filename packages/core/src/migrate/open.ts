import { announceFiles } from './announce.ts';
import { connectMongodb, type MongodbConnection } from './drivers/mongodb.ts';
import type { EngineIo, EngineSettings } from './engine-io.ts';
import { type MigrationFiles, readMigrationFiles } from './files.ts';
import type { MigrateRequest } from './request.ts';
import type { Known } from './session.ts';

/**
 * Reads the files while the database is connected to. Where they cannot be read, the connection is not
 * waited for. Notes the files in `known`.
 * @throws UserError for a directory or a database that cannot be read
 */
export async function openBoth(
  request: MigrateRequest,
  settings: EngineSettings,
  io: EngineIo,
  known: Known,
): Promise<{ readonly files: MigrationFiles; readonly connection: MongodbConnection }> {
  const given = new AbortController();
  const signal = AbortSignal.any([io.signal, given.signal]);
  const reading = readMigrationFiles(request.directory, settings.extension);
  const connecting = connectMongodb({ ...request, ...settings }, io.clock, signal);
  connecting.catch(() => undefined);
  try {
    const files = await io.group(`Migrations in ${request.directory}`, async () => {
      const found = await reading;
      known.files = found.migrations;
      announceFiles(found, io);
      return found;
    });
    const connection = await io.group('Connection', async () => {
      const connected = await connecting;
      io.info(`Connected to ${connected.database} at ${connected.hosts} with ${connected.driver}`);
      return connected;
    });
    return { files, connection };
  } catch (error) {
    given.abort(error);
    await connecting.then(
      (connection) => connection.close(),
      () => undefined,
    );
    throw error;
  }
}
