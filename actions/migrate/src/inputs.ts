import { environmentInput } from '@paal/core/action/environment-input';
import {
  booleanInput,
  choiceInput,
  integerInput,
  requiredInput,
  textInput,
} from '@paal/core/action/inputs';
import { maskSecret } from '@paal/core/action/secrets';
import { UserError } from '@paal/core/errors';
import { secretsOfUri } from '@paal/core/migrate/drivers/mongodb-uri';
import type { Limit } from '@paal/core/migrate/plan';
import type { MigrateCommand } from '@paal/core/migrate/result';

/** The inputs of action.yml, over what paal.yaml says. */
export interface Inputs {
  readonly command: MigrateCommand;
  /** Nothing may be changed. */
  readonly dryRun: boolean;
  readonly limit: Limit | undefined;
  readonly uri: string;
  readonly database: string | undefined;
  readonly directory: string;
}

function readUri(): string {
  const uri = requiredInput('uri');
  for (const secret of secretsOfUri(uri)) maskSecret(secret);
  return uri;
}

function readLimit(command: MigrateCommand): Limit | undefined {
  const to = textInput('to');
  const count = integerInput('count', 0);
  if (to !== undefined && count !== undefined) {
    throw new UserError('The inputs "to" and "count" exclude each other; give one of them.');
  }
  if (command === 'status' && (to !== undefined || count !== undefined)) {
    throw new UserError(
      'The inputs "to" and "count" mean nothing to command status; use command plan, or remove them.',
    );
  }
  if (to !== undefined) return { to };
  return count === undefined ? undefined : { count };
}

/**
 * Reads and checks the inputs, and paal.yaml where they leave something out.
 * @throws UserError for the first one that is wrong
 */
export async function readInputs(ref: string): Promise<Inputs> {
  const uri = readUri();
  const command = choiceInput('command', ['up', 'down', 'status', 'plan', 'lint']) ?? 'up';
  if (command === 'lint') throw new Error('command lint has inputs of its own');
  const limit = readLimit(command);
  const dryRun = booleanInput('dry-run') === true;
  booleanInput('summary');
  choiceInput('driver', ['mongodb']);
  const { settings } = await environmentInput(ref);
  const { migrations } = settings;
  return {
    command,
    dryRun: dryRun || command === 'status' || command === 'plan',
    limit,
    uri,
    database: textInput('database') ?? migrations?.database,
    directory: textInput('directory') ?? migrations?.directory ?? 'migrations',
  };
}
