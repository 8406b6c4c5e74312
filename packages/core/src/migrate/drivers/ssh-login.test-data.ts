import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** A command line that was given to a login shell. */
export interface Run {
  readonly child: ChildProcess;
  output(): string;
  /** Resolves when what was printed matches. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  readonly end: Promise<number | null>;
}

/** A command line as sshd runs it: by the login shell, in a session of its own, without a terminal. */
export function login(commandLine: string, shell: string): Run {
  const child = spawn(shell, ['-c', commandLine], { detached: true, stdio: 'pipe' });
  let output = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const one of waiting) one();
    });
  }
  const end = new Promise<number | null>((resolve) => child.on('close', resolve));
  return {
    child,
    output: () => output,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(output);
          if (found) resolve(found);
        };
        waiting.add(look);
        look();
        void end.then(() => reject(new Error(`ended without ${pattern}:\n${output}`)));
      }),
    end,
  };
}

/** Waits until the process `pid` has ended. */
export async function gone(pid: number): Promise<void> {
  // A process that init has yet to reap has ended, too.
  const lives = async () => {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => 'State:\tX');
    return !/State:\t[ZX]/.test(status);
  };
  const until = performance.now() + 10_000;
  while (await lives()) {
    if (performance.now() > until) throw new Error(`process ${pid} lives`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
