import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, extname, join, relative, resolve } from 'node:path';
import type { MigrationFile } from './files.ts';

/** A migration's file and what it imports of the repository's own, as it was when it was run. */
export interface StoredSource {
  /** Whether Node takes its `.js` files for ES modules. */
  readonly type: 'module' | 'commonjs';
  /** Paths below the common folder; the first one is the migration. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
}

/** The server refuses documents above 16 MiB; a migration that carries more than this is an oddity. */
const MOST_BYTES = 4 * 1024 * 1024;
const RELATIVE_IMPORT =
  /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(['"])(\.{1,2}\/[^'"\n]+)\1/g;
const EXTENSIONS = ['', '.js', '.cjs', '.mjs', '.ts', '.json', '/index.js', '/index.ts'];

async function readFirst(base: string): Promise<{ path: string; text: string } | undefined> {
  for (const extension of EXTENSIONS) {
    try {
      return { path: base + extension, text: await readFile(base + extension, 'utf8') };
    } catch {
      // The next form of the name.
    }
  }
  return undefined;
}

/** A function that gives the same promise for the same argument. */
function remembering<T>(work: (argument: string) => Promise<T>): (argument: string) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return async (argument) => {
    const promise = known.get(argument) ?? work(argument);
    known.set(argument, promise);
    return await promise;
  };
}

/** `path` and what it imports by relative paths, directly or not. */
async function closure(
  path: string,
  read: typeof readFirst,
): Promise<readonly { path: string; text: string }[]> {
  const found = new Map<string, string>();
  const queue = [resolve(path)];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const file = await read(next);
    if (file === undefined || found.has(file.path) || file.path.includes('node_modules')) continue;
    found.set(file.path, file.text);
    if (extname(file.path) === '.json') continue;
    for (const [, , specifier = ''] of file.text.matchAll(RELATIVE_IMPORT)) {
      queue.push(resolve(dirname(file.path), specifier));
    }
  }
  return [...found].map(([name, text]) => ({ path: name, text }));
}

/** What the nearest package.json says of `.js` files (https://nodejs.org/api/packages.html#type). */
async function moduleType(folder: string): Promise<StoredSource['type']> {
  try {
    const text = await readFile(join(folder, 'package.json'), 'utf8');
    return (JSON.parse(text) as { type?: string }).type === 'module' ? 'module' : 'commonjs';
  } catch {
    const parent = dirname(folder);
    return parent === folder ? 'commonjs' : await moduleType(parent);
  }
}

function commonFolder(paths: readonly string[]): string {
  let folder = dirname(paths[0] ?? '/');
  while (!paths.every((path) => path.startsWith(`${folder}/`) || folder === '/')) {
    folder = dirname(folder);
  }
  return folder;
}

/**
 * Gives what a file is made of; `undefined` when it is too large to be kept. What several files have in
 * common is read once.
 */
export function sourceCollector(): (file: MigrationFile) => Promise<StoredSource | undefined> {
  const read = remembering(readFirst);
  const typeOf = remembering(moduleType);
  return async (file) => {
    const files = await closure(file.path, read);
    const bytes = files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
    if (files.length === 0 || bytes > MOST_BYTES) return undefined;
    const root = commonFolder(files.map(({ path }) => path));
    return {
      type: await typeOf(dirname(resolve(file.path))),
      files: files.map(({ path, text }) => ({ path: relative(root, path), text })),
    };
  };
}

/** Below `directory`; where that may not be written (an image's file system), where files may be. */
async function writableFolder(directory: string): Promise<string> {
  try {
    await mkdir(directory, { recursive: true });
    return await mkdtemp(join(directory, '.paal-stored-'));
  } catch {
    return await mkdtemp(join(tmpdir(), 'paal-stored-'));
  }
}

/** A migration that was written back to disk. */
export interface RestoredSource {
  readonly file: MigrationFile;
  remove(): Promise<void>;
}

/**
 * Writes `source` into a folder of its own below `directory`, where it finds the packages that the
 * repository's own migrations find.
 */
export async function restoreSource(
  name: string,
  source: StoredSource,
  directory: string,
): Promise<RestoredSource> {
  const root = await writableFolder(directory);
  await writeFile(join(root, 'package.json'), JSON.stringify({ type: source.type }));
  for (const { path, text } of source.files) {
    const target = join(root, path);
    if (relative(root, target).startsWith('..')) continue;
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text);
  }
  const entry = source.files[0];
  return {
    file: { name, path: join(root, entry?.path ?? name), text: entry?.text ?? '' },
    remove: async () => await rm(root, { recursive: true, force: true }),
  };
}
