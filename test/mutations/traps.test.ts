import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { execa } from 'execa';
import { repositoryRoot } from '../../scripts/repository.ts';

/** The ways in which tools like this one have been wrong; each has a number that tests name. */
const TRAPS = Array.from({ length: 34 }, (_, index) => index + 1);

test('every trap has a test that names it', async () => {
  const args = ['ls-files', '-co', '--exclude-standard', '--', '*.test.ts'];
  const { stdout } = await execa('git', args, { cwd: repositoryRoot });
  const texts = await Promise.all(
    stdout.split('\n').map((file) => readFile(join(repositoryRoot, file), 'utf8').catch(() => '')),
  );
  const mentions = [...texts.join('\n').matchAll(/\((?:[^()'"`]*, )?traps? ([\d, ]+)\)/g)];
  const named = mentions.flatMap(([, numbers = '']) => numbers.split(',').map(Number));
  expect(TRAPS.filter((trap) => !named.includes(trap))).toEqual([]);
});
