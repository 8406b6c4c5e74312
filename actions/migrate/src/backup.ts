import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { UserError } from '@paal/core/errors';

/** What a backup's name is cut to. */
const LONGEST_NAME = 200;

/**
 * Runs `command`, as the shell of a `run:` step does, before the first migration; the last line that
 * it prints names the backup, and is recorded with the migrations that follow it.
 * @throws UserError when it fails: nothing is migrated without the backup that was asked for
 */
export function backupBy(
  command: string | undefined,
): ((signal: AbortSignal) => Promise<string>) | undefined {
  if (command === undefined) return undefined;
  return async (signal) => {
    const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', command], {
      stdio: ['ignore', 'pipe', 'inherit'],
      signal,
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) {
      throw new UserError(
        `The backup before the migrations failed: backup-command ended with exit code ${code}. Nothing was migrated.`,
      );
    }
    const name = output.trim().split('\n').at(-1)?.trim() ?? '';
    return name.slice(0, LONGEST_NAME);
  };
}
