import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const NO_DATABASE = 'mongodb://127.0.0.1:1/shop';

/** @type {ReturnType<typeof run>[]} */
let running = [];

afterEach(async () => {
  await Promise.all(running.map((service) => service.stop()));
  running = [];
});

/**
 * @param {'frontend' | 'backend'} name
 * @param {Record<string, string>} env
 */
function run(name, env) {
  const child = spawn(process.execPath, ['src/index.js'], {
    cwd: `${root}${name}`,
    env: { PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  /** What it logged. @type {Record<string, unknown>[]} */
  const log = [];
  const ended = once(child, 'close').then(([code]) => /** @type {number | null} */ (code));
  const serving = new Promise((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      const entry = JSON.parse(line);
      log.push(entry);
      if (entry.message === 'serving') resolve(`http://127.0.0.1:${entry.port}`);
    });
  });
  return {
    log,
    ended,
    /** @returns {Promise<string>} where it serves, once it does */
    async address() {
      const address = await Promise.race([serving, ended]);
      if (typeof address === 'string') return address;
      throw new Error(`${name} ended before it served: ${JSON.stringify(log)}`);
    },
    /** Stops it as Kubernetes does; gives the exit code. */
    async stop() {
      child.kill('SIGTERM');
      return await ended;
    },
  };
}

/**
 * Runs a service as its image does, on a port that is free, until the end of the test.
 * @param {'frontend' | 'backend'} name
 * @param {Record<string, string>} env
 */
export function start(name, env) {
  const service = run(name, env);
  running.push(service);
  return service;
}

/** The two services, as k8s/base has them. */
export async function startBoth(mongodbUri = NO_DATABASE) {
  const backend = await start('backend', { VERSION: 'b1', MONGODB_URI: mongodbUri }).address();
  const frontend = await start('frontend', { VERSION: 'f1', BACKEND_URL: backend }).address();
  return { backend, frontend };
}
