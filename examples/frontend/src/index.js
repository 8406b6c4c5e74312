import { readFile } from 'node:fs/promises';
import { createApp } from './app.js';
import { createBackend } from './backend.js';
import { createLog } from './log.js';
import { serve } from './serve.js';
import { readSettings } from './settings.js';

const log = createLog(process.env.VERSION ?? 'unversioned');
try {
  const settings = readSettings(process.env);
  const html = await readFile(new URL('../build/index.html', import.meta.url), 'utf8');
  const backend = createBackend(settings.backendUrl);
  await serve(createApp({ version: settings.version, html, backend, log }), settings.port, log);
} catch (error) {
  log.fatal({ err: error }, error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
