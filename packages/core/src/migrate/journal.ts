import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { errorMessage } from '../errors.ts';
import { checksumOf, fileHashOf } from './checksum.ts';
import type { MigrationLease } from './lease/keep.ts';
import type { LoadedStep } from './load.ts';
import type { MigrationRecord } from './record.ts';
import type { MigrateRequest } from './request.ts';
import type { Attempt, StepJournal } from './runner.ts';
import type { MigrationStore, TransactionOfMigration } from './store.ts';
import { sourceCollector } from './stored-source.ts';

/** What the migrations of one run are recorded with. */
export interface JournalOptions {
  readonly store: MigrationStore;
  readonly lease: MigrationLease;
  readonly request: MigrateRequest;
  /** All that are to be run, in this order. */
  readonly steps: readonly LoadedStep[];
  readonly clock: Clock;
  /** The calendar's time. */
  readonly today: () => Date;
  /** What the backup before this run called itself. */
  readonly backup: string | undefined;
  /** The checkpoint from which a migration goes on, where an attempt before left one. */
  readonly resumed: (name: string) => MigrationRecord['checkpoint'];
  /** Hears of each migration that goes on from one, before it does. */
  readonly onResumed: (name: string) => void;
  /** Calls the migration. */
  readonly call: (call: MigrationCall) => Promise<void>;
}

/** One call of a migration. */
export interface MigrationCall {
  readonly step: LoadedStep;
  readonly checkpoint: Readonly<Record<string, unknown>>;
  readonly saveCheckpoint: (checkpoint: Readonly<Record<string, unknown>>) => Promise<void>;
  /** Writes the changelog within the migration's transaction. */
  readonly record: (within: TransactionOfMigration) => Promise<void>;
}

/** A journal some of whose writes nobody waits for. */
export interface WrittenJournal extends StepJournal {
  /** Writes what is not yet written, and resolves when all writes have ended. Never throws. */
  close(): Promise<void>;
}

/** So many attempts are planned with one write; the code of all of them is in memory then. */
const PLANNED_AT_ONCE = 100;
/** Milliseconds after which it is noted that an attempt has begun, or that others have ended. */
const NOTED_AFTER = { begin: 100, ends: 1_000 } as const;

/**
 * The records of a run. All attempts are written as planned before the first begins, and what became of
 * them in bulk: in between the changelog tells it, whose row is written before the next one begins.
 * `planned.ts` reads what a death leaves behind.
 */
export function stepJournal(options: JournalOptions): WrittenJournal {
  const { store, lease, request, steps, clock, today } = options;
  const migrationBlock = today().getTime();
  const underWay: Promise<unknown>[] = [];
  /** By file name; those that were replaced or settled are gone from it. */
  const planned = new Map<string, MigrationRecord>();
  const ended: { readonly record: MigrationRecord; readonly replaces: string }[] = [];
  let notedAt = clock.now();
  let turn: Promise<void> = Promise.resolve();

  const plan = async (from: number): Promise<void> => {
    const startedAt = today();
    const chosen = steps.slice(from, from + PLANNED_AT_ONCE);
    const collectSource = sourceCollector();
    const records = await Promise.all(
      chosen.map(async (step, index): Promise<MigrationRecord> => {
        const source = await collectSource(step.file);
        const checkpoint = options.resumed(step.file.name) ?? {};
        return {
          _id: randomUUID(),
          fileName: step.file.name,
          action: step.direction,
          state: 'planned',
          fence: lease.fence,
          ...request.runner,
          startedAt,
          position: from + index,
          checksum: checksumOf(step.file.text),
          ...(step.direction === 'up' ? { migrationBlock } : {}),
          ...(source ? { source } : {}),
          ...(Object.keys(checkpoint).length > 0 ? { checkpoint } : {}),
          ...(options.backup === undefined ? {} : { backup: options.backup }),
        };
      }),
    );
    await lease.ensureHeld();
    for (const record of records) planned.set(record.fileName, record);
    await store.insertRecords(records);
  };

  /** Replaces planned attempts by what they came to: many updates take their server longer. */
  const writeEnds = async (): Promise<void> => {
    notedAt = clock.now();
    const batch = ended.splice(0);
    if (batch.length === 0) return;
    try {
      await store.insertRecords(batch.map(({ record }) => record));
      const removals = batch.map(({ replaces }) => replaces);
      await store.settleRecords({ corrections: [], removals });
    } catch {
      // Tried again with the next ones; in the end, the next run finds it out.
      ended.unshift(...batch);
    }
  };

  const noteEnds = async (): Promise<void> => {
    turn = turn.then(writeEnds);
    await turn;
  };

  const close = async (): Promise<void> => {
    await Promise.all(underWay);
    await noteEnds();
    const removals = [...planned.values()].map(({ _id }) => _id);
    planned.clear();
    await store.settleRecords({ corrections: [], removals }).catch(() => undefined);
  };

  const writeChangelog = async (
    { file, direction }: LoadedStep,
    milliseconds: number,
    within?: TransactionOfMigration,
  ): Promise<void> => {
    const { name: fileName, text } = file;
    if (direction === 'down') return await store.deleteRows(fileName, within);
    const fileHash = fileHashOf(text);
    const row = { fileName, appliedAt: today(), migrationBlock, fileHash, milliseconds };
    await store.insertRow(row, within);
  };

  const begin = async (step: LoadedStep): Promise<Attempt> => {
    const { name } = step.file;
    if (planned.has(name)) await lease.ensureHeld();
    else await plan(steps.indexOf(step));
    const record = planned.get(name);
    if (record === undefined) throw new Error(`${name} was not planned`);
    let { checkpoint = {} } = record;
    if (Object.keys(checkpoint).length > 0) options.onResumed(name);
    const [startedAt, start] = [today(), clock.now()];
    let recorded = false;

    const noteBegin = async (over: AbortSignal): Promise<void> => {
      await clock.sleep(NOTED_AFTER.begin, over, { background: true });
      await store.updateRecord(record._id, { begun: true, startedAt });
    };
    const ofEnd = (state: MigrationRecord['state'], milliseconds: number) => ({
      state,
      startedAt,
      finishedAt: today(),
      milliseconds,
    });
    return {
      run: async () => {
        const over = new AbortController();
        underWay.push(noteBegin(over.signal).catch(() => undefined));
        try {
          await options.call({
            step,
            checkpoint,
            saveCheckpoint: async (next) => {
              await lease.ensureHeld();
              checkpoint = next;
              await store.updateRecord(record._id, { checkpoint, begun: true });
            },
            record: async (within) => {
              await lease.ensureHeld();
              await writeChangelog(step, Math.round(clock.now() - start), within);
              recorded = true;
            },
          });
        } finally {
          over.abort();
        }
      },
      complete: async (milliseconds) => {
        if (!recorded) {
          await lease.ensureHeld();
          await writeChangelog(step, milliseconds);
        }
        planned.delete(name);
        const kept = Object.keys(checkpoint).length > 0 ? { checkpoint } : {};
        const end = { ...record, ...kept, ...ofEnd('succeeded', milliseconds), _id: randomUUID() };
        ended.push({ record: end, replaces: record._id });
        // The changelog says already that it succeeded: the next migration need not wait for the record.
        if (clock.now() - notedAt >= NOTED_AFTER.ends) underWay.push(noteEnds());
      },
      end: async (state, error, milliseconds) => {
        planned.delete(name);
        const fields = { ...ofEnd(state, milliseconds), error: errorMessage(error) };
        await store.updateRecord(record._id, fields).catch(() => undefined);
        await close();
      },
    };
  };
  return { begin, close };
}
