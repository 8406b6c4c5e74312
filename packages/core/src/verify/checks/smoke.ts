import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { env } from 'node:process';
import type { CheckConfigs } from '../../config/check-schema.ts';
import { errorMessage, UserError } from '../../errors.ts';
import { providerError } from '../json-api.ts';
import type { Probe, Surroundings } from '../probe.ts';
import { smokeEnvironment } from '../smoke/environment.ts';
import { judgeEnd } from '../smoke/outcome.ts';
import { type CommandEnd, runCommand } from '../smoke/run-command.ts';
import { NAME_LIMIT, oneLine } from '../text.ts';

/** The check that runs a command of the user's. Each measurement is one run of it. */
export function smokeProbe(config: CheckConfigs['smoke'], context: Surroundings): Probe {
  const { run: script, timeout } = config;
  const name = oneLine(script, NAME_LIMIT);
  const directory = resolve(context.workspace, config['working-directory'] ?? '.');
  const policy = { script, timeout, again: config.successes !== 1 };
  return {
    name,
    target: oneLine(script, 500),
    threshold: 'exit code 0',
    warmsUp: false,
    prepare: async () => {
      const found = await stat(directory).catch(() => undefined);
      if (found?.isDirectory()) return [];
      throw new UserError(
        `The check "${config.name ?? name}": there is no folder ${directory}, in which its command is to be run. ` +
          'Correct "working-directory", or check the repository out in a step before.',
      );
    },
    measure: async (signal) => {
      const environment = smokeEnvironment(env, context.variables, config.env);
      const command = { script, directory, environment, timeout };
      let end: CommandEnd;
      try {
        end = await runCommand(command, context.clock, signal);
      } catch (error) {
        signal.throwIfAborted();
        return providerError(
          'not started',
          `bash cannot be started: ${errorMessage(error)}`,
          'Is bash installed on this runner, and is the folder there?',
          { retry: false },
        );
      }
      return judgeEnd(end, policy);
    },
  };
}
