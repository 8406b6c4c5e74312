import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { packMigrations, packRunner } from './archive.ts';
import { FILES, START_SCRIPT, WORK } from './start-script.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paal-archive-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function write(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const root = await mkdtemp(join(folder, 'root-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
  return root;
}

/** Starts in a folder what a container starts, with its two mounts elsewhere. */
async function start(cwd: string, maps: Readonly<Record<string, Buffer>>, ...args: string[]) {
  const [files, work] = [await write(maps), await write({})];
  const script = START_SCRIPT.replace(`'${FILES}'`, `'${files}'`).replace(`'${WORK}'`, `'${work}'`);
  await writeFile(join(files, 'start.mjs'), script);
  const { status, stdout, stderr } = spawnSync('node', [join(files, 'start.mjs'), ...args], {
    cwd,
  });
  return { status, output: `${stdout}${stderr}` };
}

const RUNNER = {
  'package.json': '{"type":"module"}',
  'licenses.txt': 'long',
  'index.js': `
    import { readdirSync, readFileSync } from 'node:fs';
    const [command, directory] = process.argv.slice(2);
    console.log(command, readdirSync(directory).join());
    for (const name of readdirSync(directory)) {
      if (name.endsWith('.mjs')) console.log((await import(process.cwd() + '/' + directory + '/' + name)).mark);
      else console.log(readFileSync(directory + '/' + name).toString('hex'));
    }
    process.exitCode = 3;`,
};

describe('what is sent with a Job', () => {
  test('becomes the runner, with its command line and exit code, where the image has the files', async () => {
    const image = await write({ 'migrations/a.mjs': 'export const mark = "of the image"' });
    const runner = await packRunner(await write(RUNNER));
    const { status, output } = await start(image, { 'runner.br': runner }, 'up', 'migrations');
    expect(output).toBe('up a.mjs\nof the image\n');
    expect(status).toBe(3);
  });

  test('has the files of the checkout byte by byte, and they find the packages of the image', async () => {
    const image = await write({
      'node_modules/left/index.js': 'export default "left"',
      'node_modules/left/package.json': '{"type":"module","main":"index.js"}',
    });
    const checkout = await write({
      'package.json': '{}',
      'db/a.mjs': 'import left from "left"; export const mark = "ünïcode " + left',
      'db/b.bin': Buffer.from([0, 255, 128, 10]),
      'db/node_modules/x/index.js': 'left out',
      'elsewhere/secret': 'left out',
    });
    const { output } = await start(
      image,
      {
        'runner.br': await packRunner(await write(RUNNER)),
        'migrations.br': await packMigrations(checkout, 'db'),
      },
      'up',
      'db',
    );
    expect(output).toBe('up a.mjs,b.bin\nünïcode left\n00ff800a\n');
  });

  test.each([
    ['../elsewhere', 'is not in the checkout'],
    ['/etc', 'is not in the checkout'],
    ['missing', 'cannot be read: '],
  ])('cannot be %s: that %s', async (directory, why) => {
    const checkout = await write({ 'migrations/a.mjs': '' });
    await expect(packMigrations(checkout, directory)).rejects.toThrow(
      `The input "directory": ${directory} ${why}`,
    );
  });

  test('is refused with its size where it does not fit', async () => {
    const checkout = await write({ 'migrations/dump.bin': randomBytes(1_200_000) });
    await expect(packMigrations(checkout, 'migrations')).rejects.toThrow(
      /take \d{7} bytes, packed, and a ConfigMap holds 1040384.*job-migrations: image/,
    );
  });
});
