import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { gone, login } from './ssh-login.test-data.ts';
import { askCommandLine, runCommandLine } from './ssh-remote.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paal-remote-'));
});
afterAll(async () => await rm(folder, { recursive: true }));

async function script(text: string): Promise<string> {
  const name = `script-${Math.random().toString(36).slice(2)}.sh`;
  await writeFile(join(folder, name), `#!/bin/sh\n${text}\n`);
  await chmod(join(folder, name), 0o755);
  return `./${name}`;
}

const call = (command: readonly string[], over: object = {}) => ({
  token: 'paal-run-1',
  directory: folder,
  variables: [],
  command,
  ...over,
});

const shells = ['/bin/sh', '/bin/bash', '/bin/dash', '/usr/bin/fish', '/usr/bin/zsh'].filter(
  (shell) => existsSync(shell),
);

describe.each(shells)('below the login shell %s', (shell) => {
  test('any string arrives as the argument that it was', async () => {
    const printer = await script(`for one; do printf '%s\\0' "$one"; done`);
    const arguments_ = fc.array(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.constantFrom(...`'"\\!$\`*?~{}[]()<>|&;# \t\n-=%^`) }),
      ),
      { maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(arguments_, async (strings) => {
        const given = strings.map((one) => one.toWellFormed().replaceAll('\0', ''));
        const run = login(runCommandLine(call([printer, ...given]), 'leave', 5), shell);
        expect(await run.end).toBe(0);
        const printed = run.output().replace(/^paal-remote: started \d+\n/, '');
        expect(printed.slice(0, printed.lastIndexOf('paal-remote: exit 0\n'))).toBe(
          given.map((one) => `${one}\0`).join(''),
        );
      }),
      { numRuns: 40 },
    );
  });

  test.each([0, 1, 4, 127, 255])('the exit code %d is that of the command', async (code) => {
    const run = login(runCommandLine(call([await script(`exit ${code}`)]), 'stop', 5), shell);
    expect(await run.end).toBe(code);
    expect(run.output()).toMatch(new RegExp(`paal-remote: exit ${code}\n$`));
  });

  test('what it prints comes at once, both streams in their order', async () => {
    const name = await script('echo one; echo two >&2; read -r line || echo "no input"; sleep 60');
    const run = login(runCommandLine(call([name]), 'stop', 60), shell);
    await run.says(/one\ntwo\nno input\n/);
    run.child.stdin?.end();
    expect(await run.end).toBe(143);
  });
});

/** Comes to its safe point after SIGTERM, and says much before. */
const CAREFUL = `
trap 'stopped=1' TERM
echo "runner $$"
while [ -z "$stopped" ]; do sleep 0.1; done
i=0; while [ $i -lt 2000 ]; do echo "a line of what is done before the safe point"; i=$((i+1)); done
echo safe > "$1"
echo "at the safe point"
exit 3
`;

describe('a run that is to be stopped with its connection', () => {
  const careful = async (mode: 'stop' | 'leave', patience: number) => {
    const mark = join(folder, `mark-${Math.random()}`);
    const run = login(
      runCommandLine(call([await script(CAREFUL), mark]), mode, patience),
      '/bin/sh',
    );
    const [, pid] = await run.says(/runner (\d+)/);
    return { run, mark, pid: Number(pid) };
  };

  test('comes to its safe point when its input ends, and its last words and exit code arrive', async () => {
    const { run, pid } = await careful('stop', 60);
    run.child.stdin?.end();
    expect(await run.end).toBe(3);
    expect(run.output()).toMatch(/at the safe point\npaal-remote: exit 3\n$/);
    await gone(pid);
  });

  test('comes to it also when nobody reads any more', async () => {
    const { run, mark, pid } = await careful('stop', 60);
    for (const stream of run.child.stdio) stream?.destroy();
    await gone(pid);
    expect(existsSync(mark)).toBe(true);
    await gone(run.child.pid ?? 0);
  });

  test('is stopped when no sign of life comes, though nothing was closed', async () => {
    const { run } = await careful('stop', 1);
    expect(await run.end).toBe(3);
  });

  test('goes on while signs of life come', async () => {
    const { run } = await careful('stop', 1);
    const ended = run.end.then(() => 'ended');
    const beats = setInterval(() => run.child.stdin?.write('\n'), 200);
    const waited = new Promise((resolve) => setTimeout(() => resolve('goes on'), 2_500));
    expect(await Promise.race([ended, waited])).toBe('goes on');
    clearInterval(beats);
    expect(await run.end).toBe(3);
  });

  test('leaves nothing behind when it ended by itself', async () => {
    const run = login(runCommandLine(call([await script('exit 0')]), 'stop', 60), '/bin/sh');
    expect(await run.end).toBe(0);
    const left = execFileSync('ps', ['-eo', 'sid,stat,args'], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => new RegExp(`^ *${run.child.pid} [^Z]`).test(line));
    expect(left).toEqual([]);
  });

  test('with "leave" it goes on without its connection, and can say all that it wants', async () => {
    const { run, mark, pid } = await careful('leave', 1);
    for (const stream of run.child.stdio) stream?.destroy();
    const asked = login(
      askCommandLine(call([await script('echo "status $*"'), '--status']), run.child.pid ?? 0, 1),
      '/bin/sh',
    );
    expect(await asked.end).toBe(0);
    expect(asked.output()).toBe(`paal-remote: running ${run.child.pid}\nstatus --status\n`);
    process.kill(pid, 'SIGTERM');
    await gone(run.child.pid ?? 0);
    expect(existsSync(mark)).toBe(true);
  });
});

describe('asked what became of a run', () => {
  test('the server waits for its end, and then asks the script', async () => {
    const run = login(runCommandLine(call([await script('sleep 1.5')]), 'leave', 60), '/bin/sh');
    await run.says(/started/);
    const status = await script('echo "status $*"');
    const asked = login(
      askCommandLine(call([status, '--status']), run.child.pid ?? 0, 30),
      '/bin/sh',
    );
    await asked.end;
    expect(asked.output()).toBe('paal-remote: ended\nstatus --status\n');
  });

  test('another process that got its number since is not taken for it', async () => {
    const other = spawn('sleep', ['60']);
    const status = await script('echo status');
    const asked = login(askCommandLine(call([status]), other.pid ?? 0, 30), '/bin/sh');
    await asked.end;
    other.kill();
    expect(asked.output()).toBe('paal-remote: ended\nstatus\n');
  });
});

describe('a script that cannot be run', () => {
  test.each<[string, object, RegExp]>([
    ['the folder is missing', { directory: '/opt/nowhere' }, /^paal-remote: no-directory\n/],
    ['the script is missing', { command: ['./absent.sh'] }, /^paal-remote: no-script\n/],
  ])('says so: %s', async (_, over, says) => {
    const run = login(runCommandLine(call(['./x.sh'], over), 'stop', 60), '/bin/sh');
    expect([126, 127]).toContain(await run.end);
    expect(run.output()).toMatch(says);
  });

  test('says so: it is not executable', async () => {
    await writeFile(join(folder, 'plain.sh'), 'exit 0');
    const run = login(runCommandLine(call(['./plain.sh']), 'stop', 60), '/bin/sh');
    expect(await run.end).toBe(126);
    expect(run.output()).toMatch(/^paal-remote: not-executable\n/);
  });
});
