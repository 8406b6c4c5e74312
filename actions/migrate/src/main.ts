import { textInput } from '@paal/core/action/inputs';
import type { ActionContext } from '@paal/core/action/lifecycle';
import { currentRun } from '@paal/core/action/run';
import { UserError } from '@paal/core/errors';
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

/** Applies or reverts migrations, or says what is applied and what would be. */
export async function main(context: ActionContext): Promise<void> {
  if (textInput('command') === 'lint') {
    // The parser and GitHub's client are for this command alone.
    const { lint } = await import(/* webpackMode: "eager" */ './lint.ts');
    return await lint(context);
  }
  writeDefaultOutputs();
  let result: MigrateResult;
  try {
    result = await direct(await readInputs(currentRun()), context);
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
