import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { execa } from 'execa';
import { repositoryRoot } from './repository.ts';

const { scripts } = JSON.parse(await readFile(join(repositoryRoot, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};
const commands = [
  ...Object.values(scripts),
  ...['up', 'down', 'status', 'env'].map((subcommand) => `${scripts.cluster} ${subcommand}`),
];

test.each(commands)('"%s --help" tells how it is used', async (command) => {
  const { stdout } = await execa(`${command} --help`, { shell: true, cwd: repositoryRoot });
  expect(stdout).toMatch(/^Usage: npm /);
  expect(stdout).toContain('-h, --help');
});
