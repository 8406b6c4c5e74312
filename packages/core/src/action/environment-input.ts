import { type Environment, environmentOfRef, environmentSettings } from '../config/environment.ts';
import { CONFIG_FILE, loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { textInput } from './inputs.ts';

/** paal.yaml, and what it says of the environment that this step works on. */
export interface ConfiguredEnvironment {
  readonly config: Config;
  readonly settings: Environment;
}

/**
 * Reads the inputs `config` and `environment`. Without the latter the branch decides, where paal.yaml
 * names environments: otherwise the settings of none of them would apply, unseen.
 * @throws UserError when the file is wrong, or the environment not known
 */
export async function environmentInput(ref: string): Promise<ConfiguredEnvironment> {
  const file = textInput('config');
  const config = await loadConfig(file === CONFIG_FILE ? undefined : file);
  const given = textInput('environment');
  const name = given ?? (config.environments ? environmentOfRef(config, ref) : undefined);
  return { config, settings: environmentSettings(config, name) };
}
