// Stands in for PAAL's runner where a test needs one that does as it is told: same command line, same
// exit codes, same last line, same result file; but without a database. A migration is given a way to
// print. What comes of it is kept nowhere.
import { readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const [command, ...options] = process.argv.slice(2);
const option = (name) => options.find((one) => one.startsWith(`--${name}=`))?.split('=')[1];
const directory = option('directory') ?? 'migrations';
let stopped = false;
process.on('SIGTERM', () => {
  stopped = true;
});

function finish(code, migrations, failure) {
  const done = migrations.filter(({ state }) => state === 'done').length;
  const status = failure ? 'failed' : done > 0 ? 'applied' : 'up-to-date';
  const json = JSON.stringify({ command, status, appliedCount: done, migrations, failure });
  if (process.env.PAAL_RESULT_FILE) writeFileSync(process.env.PAAL_RESULT_FILE, json);
  process.stdout.write(`paal-migrate-result: ${json}\n`, () => process.exit(code));
}

async function run() {
  const migrations = [];
  if (!process.env.MONGODB_URI) {
    return finish(2, migrations, { kind: 'refused', message: 'MONGODB_URI is empty.' });
  }
  for (const name of readdirSync(directory).sort()) {
    if (stopped) {
      const message = `Stopped by SIGTERM before ${name}.`;
      return finish(143, migrations, { kind: 'failed', message });
    }
    try {
      const { up } = await import(pathToFileURL(resolve(directory, name)).href);
      await up({ print: console.log, delay });
      migrations.push({ name, state: 'done' });
      console.log(`${name} done`);
    } catch (error) {
      migrations.push({ name, state: 'failed' });
      const [, line = 0] = /:(\d+):\d+\)?$/m.exec(error.stack) ?? [];
      const position = { file: join(directory, name), line: Number(line) };
      const message = `The migration ${name} failed: ${error.message}`;
      return finish(1, migrations, { kind: 'failed', message, position });
    }
  }
  finish(0, migrations);
}

await run();
