import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Runs a service as its image does, on a port that is free.
 * @param {'frontend' | 'backend'} name
 * @param {Record<string, string>} env
 */
export function startService(name, env) {
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
