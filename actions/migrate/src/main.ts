import { textInput } from '@paal/core/action/inputs';
import type { ActionContext } from '@paal/core/action/lifecycle';
import { currentRun } from '@paal/core/action/run';
import { UserError } from '@paal/core/errors';
import { resultOfRemote } from '@paal/core/migrate/drivers/remote-outcome';
import { migrate } from '@paal/core/migrate/engine';
import { failedBefore, type MigrateResult } from '@paal/core/migrate/result';
import { stepIo } from './engine-io.ts';
import { type Inputs, readInputs } from './inputs.ts';
import { publish, writeDefaultOutputs } from './outputs.ts';

async function direct({ request, settings }: Inputs, context: ActionContext) {
  const { uri } = settings;
  if (uri === undefined) {
    throw new UserError(
      'The input "uri" is required and was not given. Pass the connection string to it as ' +
        'a secret of the repository or of its environment.',
    );
  }
  return await migrate(request, { ...settings, uri }, stepIo(context));
}

// What needs a cluster brings its client along, which takes its time to load.
async function resolved({ request, releases }: Inputs, context: ActionContext) {
  if (request.limit !== 'previous') return request;
  const { resolvePrevious } = await import(/* webpackChunkName: "cluster" */ './previous.ts');
  return await resolvePrevious(request, releases, context);
}

async function perform(inputs: Inputs, context: ActionContext): Promise<MigrateResult> {
  const { driver, settings, releases, migrations } = inputs;
  const request = await resolved(inputs, context);
  switch (driver) {
    case 'mongodb':
      return await direct({ ...inputs, request }, context);
    case 'job': {
      const { migrateAsJob } = await import(/* webpackChunkName: "cluster" */ './job.ts');
      return await migrateAsJob(request, settings, releases.namespace, migrations, context);
    }
    case 'ssh': {
      const { migrateOverSsh } = await import(/* webpackChunkName: "remote" */ './ssh.ts');
      const outcome = await migrateOverSsh(request, settings.extension, migrations, context);
      return resultOfRemote(outcome, request.command);
    }
    case 'command': {
      const { migrateByCommand } = await import(/* webpackChunkName: "remote" */ './command.ts');
      return resultOfRemote(
        await migrateByCommand(request, settings.uri, migrations, context),
        request.command,
      );
    }
  }
}

/** Applies or reverts migrations, or says what is applied and what would be. */
export async function main(context: ActionContext): Promise<void> {
  if (textInput('command') === 'lint') {
    // The parser and GitHub's client are for this command alone.
    const { lint } = await import(/* webpackChunkName: "lint" */ './lint.ts');
    return await lint(context);
  }
  writeDefaultOutputs();
  let result: MigrateResult;
  try {
    result = await perform(await readInputs(currentRun()), context);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    result = failedBefore(error);
  }
  await publish(result);
  const { failure } = result;
  if (failure) {
    throw new UserError(failure.message, failure.position ? { position: failure.position } : {});
  }
}
