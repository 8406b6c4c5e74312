import { setImmediate } from 'node:timers/promises';
import { inspect } from 'node:util';
import { textInput } from '@paal/core/action/inputs';
import type { ActionContext } from '@paal/core/action/lifecycle';
import { group, info } from '@paal/core/action/log';
import { currentRun } from '@paal/core/action/run';
import { UserError } from '@paal/core/errors';
import { connectMongodb, type MongodbTarget } from '@paal/core/migrate/drivers/mongodb';
import { type MigrationFile, readMigrationFiles } from '@paal/core/migrate/files';
import type { AppliedMigration } from '@paal/core/migrate/history';
import { type LoadedStep, loadStep } from '@paal/core/migrate/load';
import { plan, type Step } from '@paal/core/migrate/plan';
import { migrateResult, type Progress } from '@paal/core/migrate/result';
import { type RunResult, runSteps } from '@paal/core/migrate/runner';
import { stopError } from '@paal/core/migrate/stop';
import { announceFiles, announceStatus, warnOfGaps } from './announce.ts';
import { leaveForeign, runForeign, strayError } from './foreign-code.ts';
import { type Inputs, readInputs } from './inputs.ts';
import { publish, writeDefaultOutputs } from './outputs.ts';
import { plural, took } from './summary.ts';

/** What is known so far: filled in as the step goes on, so that a failure can report it. */
type Known = { -readonly [Key in keyof Progress]: Progress[Key] };

async function connect(inputs: Inputs, context: ActionContext): Promise<MongodbTarget> {
  const target = await connectMongodb(inputs, context.clock, context.signal);
  info(`Connected to ${target.database} at ${target.hosts} with ${target.driver}`);
  return target;
}

function decide(
  files: readonly string[],
  history: readonly AppliedMigration[],
  { command, limit }: Inputs,
): readonly Step[] {
  const direction = command === 'down' ? 'down' : 'up';
  if (direction === 'up') warnOfGaps(files, history);
  const decision = plan(files, history, { direction, limit });
  if (decision.kind === 'refusal') throw new UserError(decision.message);
  if (decision.steps.length === 0)
    info(direction === 'up' ? 'Nothing to apply' : 'Nothing to revert');
  for (const { name } of decision.steps)
    info(`${direction === 'up' ? 'apply' : 'revert'}  ${name}`);
  return decision.steps;
}

/** Loads everything before anything is run, so that what cannot be run changes nothing. */
async function load(
  steps: readonly Step[],
  files: readonly MigrationFile[],
): Promise<readonly LoadedStep[]> {
  const loaded: LoadedStep[] = [];
  for (const { name, direction } of steps) {
    const file = files.find((candidate) => candidate.name === name);
    if (!file) throw new Error(`${name} was planned without a file`);
    loaded.push(await runForeign(() => loadStep(file, direction)));
  }
  return loaded;
}

async function run(
  steps: readonly LoadedStep[],
  target: MongodbTarget,
  { clock, signal }: ActionContext,
): Promise<RunResult> {
  const guarded = { ...target, run: (step: LoadedStep) => runForeign(() => target.run(step)) };
  const result = await runSteps(steps, guarded, {
    clock,
    signal,
    today: () => new Date(),
    onStart: ({ file }) => info(`${file.name} …`),
    onComplete: ({ name, milliseconds }) => info(`${name} done in ${took(milliseconds)}`),
  });
  leaveForeign();
  const { stopped } = result;
  if (stopped?.reason === 'threw' || stopped?.reason === 'unrecorded') {
    info(inspect(stopped.error, { depth: 5, customInspect: false }));
  }
  return result;
}

/** Ends the connection, and with it whatever a migration did not wait for; gives the error of that. */
async function closeAndSettle(target: MongodbTarget): Promise<Error | undefined> {
  await target.close().catch((error) => info(`Closing the connection failed: ${String(error)}`));
  await setImmediate();
  return strayError();
}

async function migrate(known: Known, context: ActionContext): Promise<void> {
  const inputs = await readInputs(currentRun().ref);
  const { command, dryRun, directory } = inputs;
  Object.assign(known, { command, dryRun });
  const files = await group(`Migrations in ${directory}`, async () => {
    const found = await readMigrationFiles(directory);
    announceFiles(found);
    return found.migrations;
  });
  const names = files.map(({ name }) => name);
  known.files = names;
  const target = await group('Connection', () => connect(inputs, context));
  let stray: Error | undefined;
  try {
    const history = await target.history();
    known.history = history;
    if (command === 'status') {
      await group('Status', async () => announceStatus(names, history));
      return;
    }
    const steps = await group('Plan', async () => {
      known.steps = decide(names, history, inputs);
      return await load(known.steps, files);
    });
    if (dryRun || steps.length === 0) return;
    const verb = command === 'down' ? 'Revert' : 'Apply';
    known.run = await group(`${verb} ${plural(steps.length)}`, () => run(steps, target, context));
  } finally {
    stray = await closeAndSettle(target);
  }
  if (known.run.stopped) throw stopError(known.run.stopped, known.run.completed);
  if (stray) {
    throw new UserError(
      `${stray.message}. The migrations of this run are in the changelog, although one of them may ` +
        'not have done all of its work: look at the data, and add the missing await.',
      { cause: stray },
    );
  }
}

/** Applies or reverts migrations, or says what is applied and what would be. */
export async function main(context: ActionContext): Promise<void> {
  if (textInput('command') === 'lint') {
    // The parser and GitHub's client are for this command alone.
    const { lint } = await import(/* webpackMode: "eager" */ './lint.ts');
    return await lint(context);
  }
  writeDefaultOutputs();
  const known: Known = {
    command: 'up',
    dryRun: true,
    files: [],
    history: undefined,
    steps: [],
    run: undefined,
  };
  let failure: UserError | undefined;
  try {
    await migrate(known, context);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    failure = error;
  }
  const { message, position } = failure ?? {};
  await publish(migrateResult(known, message === undefined ? undefined : { message, position }));
  if (failure) throw failure;
}
