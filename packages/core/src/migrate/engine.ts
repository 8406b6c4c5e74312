import { setImmediate } from 'node:timers/promises';
import type { MongoClient } from 'mongodb';
import { UserError } from '../errors.ts';
import { announceStatus, announceSteps } from './announce.ts';
import { checkTransactions, migrationCaller } from './call.ts';
import type { MongodbConnection } from './drivers/mongodb.ts';
import { operationError } from './drivers/mongodb-errors.ts';
import type { EngineIo, EngineSettings } from './engine-io.ts';
import { stepJournal } from './journal.ts';
import { nameOf } from './lease/errors.ts';
import type { MigrationLease } from './lease/keep.ts';
import { unlock } from './lease/unlock.ts';
import { applyMark, type Mark, planRepair } from './mark.ts';
import { openBoth } from './open.ts';
import { planBaseline, type Step } from './plan.ts';
import { decideSteps, type LoadedSteps, loadSteps } from './prepare.ts';
import type { MigrateRequest } from './request.ts';
import { failureKindOf, type MigrateResult, migrateResult } from './result.ts';
import { type RunResult, runSteps } from './runner.ts';
import { holdingLease, type Known, LOCK, look, ownDb, type Session, takeStock } from './session.ts';
import { checkpointOf, type Standing } from './standing.ts';
import { stopError } from './stop.ts';
import { mongodbStore } from './store.ts';
import { plural, took } from './wording.ts';

async function load(session: Session, standing: Standing): Promise<LoadedSteps> {
  const { request, io, store, known } = session;
  return await io.group('Plan', async () => {
    known.steps = decideSteps(standing, request, io);
    announceSteps(known.steps, request.command === 'down', io);
    const loaded = await loadSteps(known.steps, standing, store, request, io);
    await checkTransactions(loaded.steps, session.connection.own);
    return loaded;
  });
}

/** The client for some steps. */
type ClientsOfSteps = (loaded: LoadedSteps) => Promise<MongoClient>;

/** Opens each kind of client once, so that one that is needed soon can be asked for early. */
function clientsOfSteps({ connection }: Session): ClientsOfSteps {
  const opened = new Map<boolean, Promise<MongoClient>>();
  return async ({ steps }) => {
    const monitorCommands = steps.some(({ transaction }) => transaction);
    const client = opened.get(monitorCommands) ?? connection.openClient({ monitorCommands });
    opened.set(monitorCommands, client);
    return await client;
  };
}

async function runLoaded(
  session: Session,
  loaded: LoadedSteps,
  standing: Standing,
  lease: MigrationLease,
  clients: ClientsOfSteps,
): Promise<RunResult> {
  const { request, settings, io, store, connection } = session;
  const signal = AbortSignal.any([io.signal, lease.signal]);
  const backup =
    settings.backup && (await io.group('Backup', async () => await settings.backup?.(signal)));
  const client = await clients(loaded);
  const byName = new Map(session.known.steps.map((step) => [step.name, step]));
  const journal = stepJournal({
    store,
    lease,
    request,
    steps: loaded.steps,
    clock: io.clock,
    today: io.today,
    backup,
    resumed: (name) => {
      const step = byName.get(name);
      return step && checkpointOf(standing, step, request.onInterrupted);
    },
    onResumed: (name) => io.info(`${name} goes on from its checkpoint`),
    call: migrationCaller({ client, database: connection.database, io, signal }),
  });
  const result = await runSteps(loaded.steps, journal, {
    clock: io.clock,
    signal,
    onStart: ({ file }) => io.info(`${file.name} …`),
    onComplete: ({ name, milliseconds }) => io.info(`${name} done in ${took(milliseconds)}`),
  });
  io.leaveForeign();
  // Before the lease is given back: a migration that did not stop would write beside the next run.
  await Promise.all([client.close(true), journal.close()]);
  return result;
}

/** Whether it is still the same that is to be run. */
function isUnchanged(steps: readonly Step[], others: readonly Step[]): boolean {
  return (
    steps.length === others.length && steps.every(({ name }, index) => name === others[index]?.name)
  );
}

/**
 * Plans and loads before the lease is asked for, so that what cannot be run touches nothing, and what
 * has nothing to do waits for nobody; and again when another run has changed what is to be done.
 */
async function runUpOrDown(session: Session): Promise<void> {
  const { request, known, io } = session;
  const loads = [await load(session, await look(session))];
  try {
    const [planned] = loads;
    if (planned === undefined || known.steps.length === 0) return;
    const clients = clientsOfSteps(session);
    clients(planned).catch(() => undefined);
    await holdingLease(session, async (lease) => {
      const standing = await takeStock(session, undefined, true);
      const silent = { info: () => {}, warn: () => {} };
      if (!isUnchanged(decideSteps(standing, request, silent), known.steps)) {
        loads.push(await load(session, standing));
      }
      const loaded = loads.at(-1);
      if (!loaded || loaded.steps.length === 0) return;
      const verb = request.command === 'down' ? 'Revert' : 'Apply';
      const run = async () => await runLoaded(session, loaded, standing, lease, clients);
      known.run = await io.group(`${verb} ${plural(loaded.steps.length)}`, run);
    });
  } finally {
    for (const { remove } of loads) await remove();
  }
}

/** What would be run, and what stands in its way; with `rehearsed` also what it would write. */
async function planOnly(session: Session, rehearsed: boolean): Promise<void> {
  const { known, io } = session;
  const loaded = await load(session, await look(session));
  try {
    if (!rehearsed || loaded.steps.length === 0) return;
    const { rehearse } = await import(/* webpackMode: "eager" */ './rehearse.ts');
    known.preview = await io.group('Dry run', async () => await rehearse(loaded.steps, session));
  } finally {
    await loaded.remove();
  }
}

async function makeMarks(
  session: Session,
  action: 'baseline' | 'repair',
  choose: (standing: Standing) => readonly Mark[],
): Promise<void> {
  const { request, io, known, store } = session;
  await holdingLease(session, async (lease) => {
    const standing = await takeStock(session, undefined, true);
    const marks = choose(standing);
    if (marks.length === 0) io.info(`Nothing to ${action === 'repair' ? 'repair' : 'mark'}`);
    const done: string[] = [];
    known.marked = done;
    known.before = standing;
    for (const mark of marks) {
      await lease.ensureHeld();
      const options = { store, request, fence: lease.fence, today: io.today };
      if (!request.dryRun) await applyMark(mark, action, standing, options);
      io.info(`${mark.name} ${request.dryRun ? 'would be' : 'is'} marked as ${mark.as}`);
      if (!request.dryRun) done.push(mark.name);
    }
    await takeStock(session, undefined, false);
  });
}

function baselineMarks(standing: Standing, { limit }: MigrateRequest): readonly Mark[] {
  const decision = planBaseline(standing, limit);
  if (decision.kind === 'refusal') throw new UserError(decision.message);
  return decision.steps.map(({ name }) => ({ name, as: 'applied' }));
}

async function breakLease(session: Session): Promise<void> {
  const { request, io, known } = session;
  const { owner } = request;
  if (owner === undefined) {
    throw new UserError(
      'Command unlock needs the input "owner": the owner of the lease, as command status shows it, so ' +
        'that no other than the one you mean is taken away.',
    );
  }
  const { runner: holder } = request;
  const taken = await unlock(ownDb(session), { ...io, lock: LOCK, owner, holder });
  io.info(`The lease of ${nameOf(taken)} is free`);
  known.marked = [owner];
}

async function obey(session: Session): Promise<void> {
  const { request, io } = session;
  switch (request.command) {
    case 'status': {
      const standing = await look(session);
      await io.group('Status', async () => announceStatus(standing, session.known.held, io));
      return;
    }
    case 'plan':
      return await planOnly(session, false);
    case 'up':
    case 'down':
      return await (request.dryRun ? planOnly(session, true) : runUpOrDown(session));
    case 'baseline':
      return await makeMarks(session, 'baseline', (standing) => baselineMarks(standing, request));
    case 'repair':
      return await makeMarks(session, 'repair', (standing) => planRepair(standing, request));
    case 'unlock':
      return await breakLease(session);
  }
}

/** Ends the connections, and with them whatever a migration did not wait for; gives the error of that. */
async function closeAndSettle(
  connection: MongodbConnection,
  io: EngineIo,
): Promise<Error | undefined> {
  await connection.close();
  await setImmediate();
  return io.strayError();
}

async function work(
  request: MigrateRequest,
  settings: EngineSettings,
  io: EngineIo,
  known: Known,
): Promise<void> {
  const { files, connection } = await openBoth(request, settings, io, known);
  const store = mongodbStore(connection.own.db(connection.database), settings.changelog);
  let stray: Error | undefined;
  try {
    await obey({ request, settings, io, known, files, connection, store });
  } finally {
    stray = await closeAndSettle(connection, io);
  }
  if (known.run?.stopped)
    throw stopError(known.run.stopped, known.run.completed, settings.changelog);
  if (stray) {
    throw new UserError(
      `${stray.message}. The migrations of this run are in the changelog, although one of them may ` +
        'not have done all of its work: look at the data, and add the missing await.',
      { cause: stray, failureReason: 'Failed' },
    );
  }
}

/**
 * Does what `request` asks for. What a user can mend is in the result's `failure`; only a bug is thrown.
 */
export async function migrate(
  request: MigrateRequest,
  settings: EngineSettings,
  io: EngineIo,
): Promise<MigrateResult> {
  const known: Known = {
    request,
    files: [],
    standing: undefined,
    before: undefined,
    held: undefined,
    steps: [],
    run: undefined,
    marked: [],
    preview: undefined,
  };
  try {
    await work(request, settings, io, known);
    return migrateResult(known, undefined);
  } catch (error) {
    const failure =
      error instanceof UserError ? error : operationError(error, known.run !== undefined);
    if (failure === undefined) throw error;
    const { message, position } = failure;
    return migrateResult(known, { kind: failureKindOf(failure), message, position });
  }
}
