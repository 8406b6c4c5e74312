import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { repositoryRoot } from '../../scripts/repository.ts';
import { anchorOf, pagePaths, readPage } from './markdown.ts';
import { readText } from './repository-files.ts';

const pages = await pagePaths();

async function exists(path: string): Promise<boolean> {
  return await access(join(repositoryRoot, path)).then(
    () => true,
    () => false,
  );
}

async function without(
  paths: Iterable<string>,
  good: (path: string) => Promise<boolean>,
): Promise<readonly string[]> {
  const bad: string[] = [];
  for (const path of new Set(paths)) if (!(await good(path))) bad.push(path);
  return bad;
}

/** Anchors of the headings of a page. */
async function anchors(path: string): Promise<readonly string[]> {
  return (await readPage(path)).headings.map(({ text }) => anchorOf(text));
}

describe.each(pages)('%s', (path) => {
  test('links to files and headings that exist', async () => {
    const { links } = await readPage(path);
    expect(
      await without(
        links.map((link) => link.path),
        exists,
      ),
    ).toEqual([]);
    const wrong = [];
    for (const { path: target, anchor } of links) {
      if (anchor !== '' && !(await anchors(target)).includes(anchor)) {
        wrong.push(`${target}#${anchor}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('names files and commands of this repository that exist', async () => {
    const { text } = await readPage(path);
    const files =
      text.match(/(?<![\w./-])(?:packages|actions|scripts|test|docs)\/[\w./-]+\.\w+/g) ?? [];
    expect(await without(files, exists)).toEqual([]);
    const { scripts } = JSON.parse(await readText('package.json')) as {
      scripts: Readonly<Record<string, string>>;
    };
    const commands = [...text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(
      ([, name]) => name ?? '',
    );
    const runs = async (name: string): Promise<boolean> => {
      const [, script] = /^node scripts\/run\.mjs (\S+)/.exec(scripts[name] ?? '') ?? [];
      return script !== undefined && (await exists(`scripts/${script}.ts`));
    };
    expect(path === 'docs/process.md' ? [] : await without(commands, runs)).toEqual([]);
  });
});

test('every page of the documentation is reached from the README', async () => {
  const seen = new Set(['README.md']);
  for (const path of seen) {
    for (const link of (await readPage(path)).links) {
      if (link.path.endsWith('.md') && (await exists(link.path))) seen.add(link.path);
    }
  }
  expect(pages.filter((path) => !seen.has(path))).toEqual([]);
});
