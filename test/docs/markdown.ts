import { readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { execa } from 'execa';
import { marked, type Token, type Tokens } from 'marked';
import { repositoryRoot } from '../../scripts/repository.ts';

/** A fenced block of code. */
export interface CodeBlock {
  readonly language: string;
  readonly text: string;
  /** The text of the heading above it. */
  readonly heading: string;
}

/** A link into the repository. */
export interface FileLink {
  /** Below the repository's root. */
  readonly path: string;
  /** What stands behind the `#`; empty without one. */
  readonly anchor: string;
}

/** A row of a table: the cells as they are written, under the heading above the table. */
export interface Row {
  readonly heading: string;
  readonly cells: readonly string[];
}

/** A page of the documentation. */
export interface Page {
  readonly path: string;
  readonly text: string;
  readonly headings: readonly Tokens.Heading[];
  readonly blocks: readonly CodeBlock[];
  readonly rows: readonly Row[];
  /** The items of all lists, without their task boxes. */
  readonly items: readonly { readonly heading: string; readonly text: string }[];
  readonly links: readonly FileLink[];
}

function linkOf(page: string, href: string): FileLink | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(href)) return undefined;
  const [path = '', anchor = ''] = href.split('#');
  return { path: path === '' ? page : normalize(join(dirname(page), path)), anchor };
}

/** Reads a page of this repository. */
export async function readPage(path: string): Promise<Page> {
  const text = await readFile(join(repositoryRoot, path), 'utf8');
  const headings: Tokens.Heading[] = [];
  const blocks: CodeBlock[] = [];
  const rows: Row[] = [];
  const items: { heading: string; text: string }[] = [];
  const links: FileLink[] = [];
  let heading = '';
  const visit = (token: Token): void => {
    if (token.type === 'heading') {
      heading = token.text;
      headings.push(token as Tokens.Heading);
    } else if (token.type === 'code') {
      blocks.push({ language: token.lang ?? '', text: token.text, heading });
    } else if (token.type === 'table') {
      for (const row of (token as Tokens.Table).rows) {
        rows.push({ heading, cells: row.map((one) => one.text) });
      }
    } else if (token.type === 'list_item') {
      items.push({ heading, text: token.text.split('\n')[0] ?? '' });
    } else if (token.type === 'link') {
      const link = linkOf(path, token.href);
      if (link) links.push(link);
    }
  };
  marked.walkTokens(marked.lexer(text), visit);
  return { path, text, headings, blocks, rows, items, links };
}

/** Every page of the documentation. */
export async function pagePaths(): Promise<readonly string[]> {
  const args = [
    'ls-files',
    '--cached',
    '--others',
    '--exclude-standard',
    '--',
    '*.md',
    ':!dist',
    ':!action-template',
  ];
  const { stdout } = await execa('git', args, { cwd: repositoryRoot });
  return stdout.split('\n').filter((path) => path !== '');
}

/** The anchor that GitHub gives a heading. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}
