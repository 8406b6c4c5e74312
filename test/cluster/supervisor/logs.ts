import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const LINES = 12;

/** The last lines that a program wrote to its log. */
export async function lastLines(logs: string, name: string): Promise<string> {
  const text = await readFile(join(logs, `${name}.log`), 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-LINES).join('\n');
}
