import type { AppliedMigration } from './history.ts';
import { type MigrationRecord, unsettledRecords } from './record.ts';

/** What is to be written so that the records say by themselves what became of their attempts. */
export interface Settlement {
  readonly corrections: readonly {
    readonly _id: string;
    readonly fields: Partial<MigrationRecord>;
  }[];
  /** The ids of records of attempts that were not made, or have another record. */
  readonly removals: readonly string[];
}

/** The records as they are to be understood. */
export interface Understood {
  /** None is `planned` any more. */
  readonly records: readonly MigrationRecord[];
  /** For the case that none of these runs lives any more. */
  readonly settlement: Settlement;
}

type Rows = ReadonlyMap<string, AppliedMigration>;

/** Whether the changelog says that the attempt came to its end. */
function isDone({ action, fileName, migrationBlock }: MigrationRecord, rows: Rows): boolean {
  const row = rows.get(fileName);
  return action === 'down' ? row === undefined : row?.migrationBlock === migrationBlock;
}

/** The times of an attempt of which nothing is left but its row. */
function timesOf(row: AppliedMigration | undefined): Partial<MigrationRecord> {
  const { appliedAt: finishedAt, milliseconds } = row ?? {};
  if (finishedAt === undefined || milliseconds === undefined) return {};
  return { startedAt: new Date(finishedAt.getTime() - milliseconds), finishedAt, milliseconds };
}

/**
 * The attempts of one run, which were planned before the first of them was made. One begins when the
 * changelog has what the one before did: so the first that has not ended may have begun, and none after
 * it has. Whether it has is known only where it was noted.
 */
function attemptsOfRun(
  records: readonly MigrationRecord[],
  rows: Rows,
): { readonly made: readonly MigrationRecord[]; readonly others: readonly MigrationRecord[] } {
  const made: MigrationRecord[] = [];
  const others: MigrationRecord[] = [];
  const ended = new Set(
    records.filter(({ state }) => state !== 'planned').map(({ fileName }) => fileName),
  );
  let isOver = false;
  const byPosition = [...records].sort((a, b) => (a.position ?? 0) - (b.position ?? 0));
  for (const record of byPosition) {
    if (record.state !== 'planned') {
      made.push(record);
      isOver ||= record.state !== 'succeeded';
    } else if (isOver || ended.has(record.fileName)) others.push(record);
    else if (isDone(record, rows)) {
      made.push({ ...record, state: 'succeeded', ...timesOf(rows.get(record.fileName)) });
    } else {
      made.push({ ...record, state: 'running', begun: record.begun === true });
      isOver = true;
    }
  }
  return { made, others };
}

/**
 * What the records mean beside the changelog.
 * @param today the calendar's time, for an end that left none
 */
export function understood(
  records: readonly MigrationRecord[],
  history: readonly AppliedMigration[],
  today: Date,
): Understood {
  const rows: Rows = new Map(history.map((row) => [row.fileName, row]));
  const runs = [...Map.groupBy(records, ({ fence }) => fence).values()].map((all) => {
    const ofPlan = all.filter(({ position }) => position !== undefined);
    const { made, others } = attemptsOfRun(ofPlan, rows);
    return { made: [...all.filter((record) => !ofPlan.includes(record)), ...made], others };
  });
  const made = runs.flatMap((run) => run.made);
  const planned = new Set(records.filter(({ state }) => state === 'planned').map(({ _id }) => _id));
  const ascertained = made.filter(({ _id }) => planned.has(_id));
  const ends = ascertained.filter(({ state }) => state === 'succeeded');
  const corrections = [
    ...ascertained
      .filter(({ state }) => state === 'running')
      .map(({ _id, begun = false }) => ({ _id, fields: { state: 'interrupted' as const, begun } })),
    ...ends.map(({ _id, startedAt, finishedAt = today, milliseconds }) => ({
      _id,
      fields: {
        state: 'succeeded' as const,
        startedAt,
        finishedAt,
        ...(milliseconds === undefined ? {} : { milliseconds }),
      },
    })),
    ...unsettledRecords(made, history).map(({ _id, fileName }) => ({
      _id,
      fields: { state: 'succeeded' as const, finishedAt: today, ...timesOf(rows.get(fileName)) },
    })),
  ];
  const removals = runs.flatMap(({ others }) => others.map(({ _id }) => _id));
  return { records: made, settlement: { corrections, removals } };
}
