import type { MongodbConnection } from './drivers/mongodb.ts';
import type { EngineIo, EngineSettings } from './engine-io.ts';
import type { MigrationFiles } from './files.ts';
import { acquireLease } from './lease/acquire.ts';
import type { HeldLease } from './lease/document.ts';
import { nameOf } from './lease/errors.ts';
import type { MigrationLease } from './lease/keep.ts';
import { leaseState } from './lease/unlock.ts';
import { readStanding } from './prepare.ts';
import type { MigrateRequest } from './request.ts';
import type { Progress } from './result.ts';
import { interrupted, type Standing } from './standing.ts';
import type { MigrationStore } from './store.ts';

/** The name of the lease: one run at a time per database. */
export const LOCK = 'migrations';

/** What is known so far: filled in as the run goes on, so that a failure can report it. */
export type Known = { -readonly [Key in keyof Progress]: Progress[Key] };

/** What every command works with. */
export interface Session {
  readonly request: MigrateRequest;
  readonly settings: EngineSettings;
  readonly io: EngineIo;
  readonly known: Known;
  readonly files: MigrationFiles;
  readonly connection: MongodbConnection;
  readonly store: MigrationStore;
}

function leaseOptions({ request, io }: Session) {
  const { lockTtl: ttl, lockWait: wait, runner: holder } = request;
  return {
    lock: LOCK,
    ttl,
    wait,
    holder,
    clock: io.clock,
    today: io.today,
    signal: io.signal,
    onWait: (held: HeldLease) => io.info(`Waiting for ${nameOf(held)}`),
    onNotice: io.info,
  };
}

/** The database, by PAAL's own client. */
export function ownDb({ connection }: Session) {
  return connection.own.db(connection.database);
}

/** Does `work` while nobody else changes this database. */
export async function holdingLease<T>(
  session: Session,
  work: (lease: MigrationLease) => Promise<T>,
): Promise<T> {
  const lease = await session.io.group('Lease', async () => {
    const acquired = await acquireLease(ownDb(session), leaseOptions(session));
    session.io.info(`Held, with fence ${acquired.fence}`);
    return acquired;
  });
  try {
    return await work(lease);
  } finally {
    await lease.release();
  }
}

/** Reads where everything stands, and settles what an earlier run could no longer write. */
export async function takeStock(
  session: Session,
  fence: Promise<number | undefined> | undefined,
  settle: boolean,
) {
  const { files, store, io, known } = session;
  const { standing, settlement } = await readStanding(files, store, fence, io.today());
  known.standing = standing;
  if (settle) await store.settleRecords(settlement);
  return standing;
}

/** The standing as a run sees it that holds no lease and changes nothing. */
export async function look(session: Session): Promise<Standing> {
  const takeLook = async (held: Promise<HeldLease | undefined>): Promise<Standing> => {
    const standing = await takeStock(
      session,
      held.then((lease) => lease?.fence),
      false,
    );
    session.known.held = await held;
    return standing;
  };
  const standing = await takeLook(leaseState(ownDb(session), LOCK));
  if (interrupted(standing).length === 0) return standing;
  // Read side by side, the lease may be found given back, and the records as they were before that.
  const held = await leaseState(ownDb(session), LOCK);
  return await takeLook(Promise.resolve(held));
}
