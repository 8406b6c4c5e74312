import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { repositoryRoot } from '../../scripts/repository.ts';
import { readPage } from './markdown.ts';

/** The text of a file of this repository. */
export async function readText(path: string): Promise<string> {
  return await readFile(join(repositoryRoot, path), 'utf8');
}

/** The YAML of a file of this repository. */
export async function readYaml<T>(path: string): Promise<T> {
  return parse(await readText(path)) as T;
}

/** The one YAML block of the process under a heading. */
export async function processBlock<T>(heading: string): Promise<T> {
  const { blocks } = await readPage('docs/process.md');
  const [block, ...others] = blocks.filter(
    (one) => one.language === 'yaml' && one.heading === heading,
  );
  if (!block || others.length > 0) throw new Error(`docs/process.md: not one block: ${heading}`);
  return parse(block.text) as T;
}
