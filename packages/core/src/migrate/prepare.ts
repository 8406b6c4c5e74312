import { UserError } from '../errors.ts';
import { deviations } from './checks.ts';
import type { EngineIo } from './engine-io.ts';
import { knownMigrations, type MigrationFile, type MigrationFiles } from './files.ts';
import { type LoadedStep, loadStep } from './load.ts';
import { plan, type Step } from './plan.ts';
import { type Settlement, understood } from './planned.ts';
import { newestDeployment } from './previous.ts';
import { applyingRecords } from './record.ts';
import type { MigrateRequest } from './request.ts';
import { editedNames, type Standing } from './standing.ts';
import type { MigrationStore } from './store.ts';
import { restoreSource } from './stored-source.ts';

/**
 * Reads from the database where it and the checkout stand to each other.
 * @param fence of a run that lives and is not ours
 * @param today the calendar's time
 */
export async function readStanding(
  files: MigrationFiles,
  store: MigrationStore,
  fence: Promise<number | undefined> | undefined,
  today: Date,
): Promise<{ readonly standing: Standing; readonly settlement: Settlement }> {
  const [history, all, runningFence] = await Promise.all([store.history(), store.records(), fence]);
  const { records, settlement } = understood(all, history, today);
  const applied = new Set(history.map(({ fileName }) => fileName));
  const standing = { files: knownMigrations(files, applied), history, records, runningFence };
  return { standing, settlement };
}

/**
 * The steps of an up or a down; warns of what is only to be warned of.
 * @throws UserError that names everything in the way
 */
export function decideSteps(
  standing: Standing,
  request: MigrateRequest,
  io: Pick<EngineIo, 'info' | 'warn'>,
): readonly Step[] {
  const { limit } = request;
  const direction = request.command === 'down' ? 'down' : 'up';
  const decision = plan(standing, { direction, limit });
  if (decision.kind === 'refusal') throw new UserError(decision.message);
  if (limit === 'previous') {
    const newest = newestDeployment(standing);
    if (newest) io.info(`"previous" takes back what ${newest.deployment} applied`);
  }
  const found = deviations(standing, request, decision.steps);
  const errors = found.filter(({ level }) => level === 'error');
  if (errors.length > 0) {
    throw new UserError(
      `${errors.map(({ message }) => message).join(' ')} Nothing was ${direction === 'up' ? 'applied' : 'reverted'}.`,
    );
  }
  for (const { message } of found) io.warn(message);
  return decision.steps;
}

/** Steps with their code, and what was written to disk for them. */
export interface LoadedSteps {
  readonly steps: readonly LoadedStep[];
  remove(): Promise<void>;
}

/**
 * Loads everything before anything is run, so that what cannot be run changes nothing. A way back
 * whose file is not in the checkout, or is not the one that was applied, is taken from the database.
 */
export async function loadSteps(
  steps: readonly Step[],
  standing: Standing,
  store: MigrationStore,
  { directory, transaction }: Pick<MigrateRequest, 'directory' | 'transaction'>,
  io: Pick<EngineIo, 'info' | 'foreign'>,
): Promise<LoadedSteps> {
  const applying = applyingRecords(standing);
  const edited = new Set(editedNames(standing));
  const removals: (() => Promise<void>)[] = [];
  const remove = async (): Promise<void> => {
    for (const one of removals) await one();
  };
  const stored = async (name: string): Promise<MigrationFile | undefined> => {
    const record = applying.get(name);
    const source = record?.source && (await store.source(record._id));
    if (!record || !source) return undefined;
    const restored = await restoreSource(name, source, directory);
    removals.push(restored.remove);
    io.info(`${name} is run as ${record.run} stored it, from commit ${record.sha || 'unknown'}`);
    return restored.file;
  };
  try {
    const loaded: LoadedStep[] = [];
    for (const { name, direction } of steps) {
      const present = standing.files.find((candidate) => candidate.name === name);
      const fromStore = direction === 'down' && (!present || edited.has(name));
      const file = (fromStore ? await stored(name) : undefined) ?? present;
      if (!file) throw new Error(`${name} was planned without a file`);
      loaded.push(await io.foreign(() => loadStep(file, direction, transaction)));
    }
    return { steps: loaded, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
