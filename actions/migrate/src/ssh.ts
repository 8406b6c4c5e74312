import { access } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { choiceInput, integerInput, requiredInput, textInput } from '@paal/core/action/inputs';
import type { ActionContext } from '@paal/core/action/lifecycle';
import { info, warning } from '@paal/core/action/log';
import { maskSecret } from '@paal/core/action/secrets';
import { leaveWord, wordOf } from '@paal/core/action/step-state';
import type { RemoteOutcome } from '@paal/core/migrate/drivers/remote';
import { runOverSsh } from '@paal/core/migrate/drivers/ssh';
import { behindCheckout } from '@paal/core/migrate/drivers/ssh-checkout';
import type { SshOptions } from '@paal/core/migrate/drivers/ssh-config';
import { removeSshFolder } from '@paal/core/migrate/drivers/ssh-folder';
import { readMigrationFiles } from '@paal/core/migrate/files';
import type { MigrateRequest } from '@paal/core/migrate/request';
import type { Migrations } from './inputs.ts';

const STATE = 'sshFolder';

/** The inputs of driver ssh. The key is masked from here on. */
function readSshOptions(migrations: Migrations): SshOptions {
  const key = textInput('ssh-key');
  if (key !== undefined) maskSecret(key);
  return {
    host: textInput('ssh-host') ?? migrations['ssh-host'] ?? requiredInput('ssh-host'),
    port: integerInput('ssh-port', 1) ?? migrations['ssh-port'] ?? 22,
    user: textInput('ssh-user') ?? migrations['ssh-user'] ?? 'db-admin',
    hostKey:
      textInput('ssh-host-key') ?? migrations['ssh-host-key'] ?? requiredInput('ssh-host-key'),
    key,
    certificate: textInput('ssh-certificate'),
    agent: process.env.SSH_AUTH_SOCK || undefined,
    jump: textInput('ssh-jump') ?? migrations['ssh-jump'],
    directory: textInput('ssh-directory') ?? migrations['ssh-directory'] ?? '/opt/paal/scripts',
    onCancel: choiceInput('on-cancel', ['stop', 'leave']) ?? 'stop',
    temporary: process.env.RUNNER_TEMP || tmpdir(),
    onFolder: (folder) => leaveWord(STATE, folder),
  };
}

/** The names of the migrations in the checkout; `undefined` where there is none. */
async function checkedOut(
  directory: string,
  extension: string | undefined,
): Promise<readonly string[] | undefined> {
  const there = await access(directory).then(
    () => true,
    () => false,
  );
  if (!there) return undefined;
  const { migrations } = await readMigrationFiles(directory, extension);
  return migrations.map(({ name }) => name);
}

/**
 * Runs the scripts on the database's server. Migrations of the checkout that the server does not have
 * are a failure: a deployment must not go on as if they were applied.
 * @param extension of migrations, where only files with one count
 * @throws UserError for an input that is wrong
 */
export async function migrateOverSsh(
  request: MigrateRequest,
  extension: string | undefined,
  migrations: Migrations,
  { clock, signal }: ActionContext,
): Promise<RemoteOutcome> {
  const options = readSshOptions(migrations);
  const names = await checkedOut(request.directory, extension);
  const outcome = await runOverSsh(request, options, { info, warn: warning, clock, signal });
  return names === undefined ? outcome : behindCheckout(request, names, outcome, options.host);
}

/** Takes away the key of a step that was killed before it could do so itself. */
export async function removeSshFiles(): Promise<void> {
  const folder = wordOf(STATE);
  if (folder !== undefined) await removeSshFolder(folder);
}
