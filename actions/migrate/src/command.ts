import { requiredInput, textInput } from '@paal/core/action/inputs';
import type { ActionContext } from '@paal/core/action/lifecycle';
import { info, warning } from '@paal/core/action/log';
import { runCommand } from '@paal/core/migrate/drivers/command';
import type { RemoteOutcome } from '@paal/core/migrate/drivers/remote';
import type { MigrateRequest } from '@paal/core/migrate/request';
import type { Migrations } from './inputs.ts';

/** The environment of a step without the inputs of this action, as a `run:` step would have it. */
function stepEnvironment(): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:INPUT|STATE)_/.test(name)),
  );
}

/**
 * Runs the command of the input `command-line`.
 * @param uri the connection string, which becomes its MONGODB_URI
 * @throws UserError when there is no such input
 */
export async function migrateByCommand(
  request: MigrateRequest,
  uri: string | undefined,
  migrations: Migrations,
  { clock, signal }: ActionContext,
): Promise<RemoteOutcome> {
  const options = {
    script:
      textInput('command-line') ?? migrations['command-line'] ?? requiredInput('command-line'),
    uri,
    workspace: process.env.GITHUB_WORKSPACE || process.cwd(),
    environment: stepEnvironment(),
  };
  return await runCommand(request, options, { info, warn: warning, clock, signal });
}
