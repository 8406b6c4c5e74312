import { createApp } from './app.js';
import { openDatabase } from './database.js';
import { createLog } from './log.js';
import { serve } from './serve.js';
import { readSettings } from './settings.js';

const log = createLog(process.env.VERSION ?? 'unversioned');
try {
  const settings = readSettings(process.env);
  const database = openDatabase(settings.mongodbUri);
  const app = createApp({ version: settings.version, database, log });
  await serve(app, settings.port, log, database.close);
  // The driver may still try to connect, for longer than Kubernetes waits.
  process.exit(0);
} catch (error) {
  log.fatal({ err: error }, error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
