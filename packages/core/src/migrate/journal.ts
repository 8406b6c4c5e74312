import { randomUUID } from 'node:crypto';
import { errorMessage } from '../errors.ts';
import { checksumOf, fileHashOf } from './checksum.ts';
import type { MigrationLease } from './lease/keep.ts';
import type { LoadedStep } from './load.ts';
import type { MigrationRecord } from './record.ts';
import type { MigrateRequest } from './request.ts';
import type { Attempt, StepJournal } from './runner.ts';
import type { MigrationStore, TransactionOfMigration } from './store.ts';
import { collectSource } from './stored-source.ts';

/** What the migrations of one run are recorded with. */
export interface JournalOptions {
  readonly store: MigrationStore;
  readonly lease: MigrationLease;
  readonly request: MigrateRequest;
  /** The calendar's time. */
  readonly today: () => Date;
  /** What the backup before this run called itself. */
  readonly backup: string | undefined;
  /** The checkpoint from which a migration goes on, where an attempt before left one. */
  readonly resumed: (name: string) => MigrationRecord['checkpoint'];
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
  /** Resolves when they have ended. */
  close(): Promise<void>;
}

/** The records of a run: in the order that makes every death in between leave a trace. */
export function stepJournal(options: JournalOptions): WrittenJournal {
  const { store, lease, request, today } = options;
  const migrationBlock = today().getTime();
  const underWay: Promise<void>[] = [];

  const writeChangelog = async (
    step: LoadedStep,
    within?: TransactionOfMigration,
  ): Promise<void> => {
    const { name, text } = step.file;
    if (step.direction === 'down') await store.deleteRows(name, within);
    else {
      const row = {
        fileName: name,
        appliedAt: today(),
        migrationBlock,
        fileHash: fileHashOf(text),
      };
      await store.insertRow(row, within);
    }
  };

  const begin = async (step: LoadedStep): Promise<Attempt> => {
    const checkpoint = options.resumed(step.file.name) ?? {};
    const source = await collectSource(step.file);
    const record: MigrationRecord = {
      _id: randomUUID(),
      fileName: step.file.name,
      action: step.direction,
      state: 'running',
      fence: lease.fence,
      ...request.runner,
      startedAt: today(),
      checksum: checksumOf(step.file.text),
      ...(step.direction === 'up' ? { migrationBlock } : {}),
      ...(source ? { source } : {}),
      ...(Object.keys(checkpoint).length > 0 ? { checkpoint } : {}),
      ...(options.backup === undefined ? {} : { backup: options.backup }),
    };
    await lease.ensureHeld();
    await store.insertRecord(record);
    let recorded = false;
    return {
      run: async () => {
        await options.call({
          step,
          checkpoint,
          saveCheckpoint: async (next) => {
            await lease.ensureHeld();
            await store.updateRecord(record._id, { checkpoint: next });
          },
          record: async (within) => {
            await lease.ensureHeld();
            await writeChangelog(step, within);
            recorded = true;
          },
        });
      },
      complete: async (milliseconds) => {
        if (!recorded) {
          await lease.ensureHeld();
          await writeChangelog(step);
        }
        // The changelog says already that it succeeded: the next migration need not wait for the record,
        // and one that cannot be written is made good by the next run.
        const done = { state: 'succeeded', finishedAt: today(), milliseconds } as const;
        underWay.push(store.updateRecord(record._id, done).catch(() => undefined));
      },
      end: async (state, error, milliseconds) => {
        const fields = { state, finishedAt: today(), milliseconds, error: errorMessage(error) };
        await store.updateRecord(record._id, fields).catch(() => undefined);
      },
    };
  };
  return {
    begin,
    close: async () => void (await Promise.all(underWay)),
  };
}
