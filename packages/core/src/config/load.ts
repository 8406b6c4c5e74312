import { readFile } from 'node:fs/promises';
import { errorMessage, UserError } from '../errors.ts';
import type { Config } from './schema.ts';

/** Where the configuration is looked for when the input `config` is not given. */
export const CONFIG_FILE = 'paal.yaml';

/**
 * paal.yaml, or the file that the input `config` names. A missing paal.yaml is an empty
 * configuration; a missing file that was asked for is an error.
 */
export async function loadConfig(file: string | undefined): Promise<Config> {
  const path = file ?? CONFIG_FILE;
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (file === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new UserError(`The configuration ${path} cannot be read: ${errorMessage(error)}`, {
      cause: error,
    });
  }
  // The schema is a sixth of an action's start; without a file nothing needs it.
  const { parseConfig } = await import(/* webpackChunkName: "config" */ './parse.ts');
  const { configSchema } = await import(/* webpackChunkName: "config" */ './schema.ts');
  return parseConfig(text, path, configSchema);
}
