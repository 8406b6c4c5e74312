import { UserError } from '../../errors.ts';
import type { BatchTotals } from './migration.ts';
import type { Place } from './range.ts';

/** A checkpoint, as the record of a run holds it. */
export type Checkpoint = Readonly<Record<string, unknown>>;

/** Where checkpoints are kept. */
export interface CheckpointStore {
  /** That of the attempt which this one continues; `{}` otherwise. */
  load(): Promise<Checkpoint>;
  /** Keeps it instead of the last one. Durable when it resolves. */
  save(checkpoint: Checkpoint, progress: BatchTotals): Promise<void>;
}

/** How far one walk came. */
export interface KeptWalk extends BatchTotals {
  readonly key: string;
  readonly collection: string;
  readonly orderBy: string;
  /** Absent before its first batch. */
  readonly after?: Place;
  /** Its last place, where it has a bound. */
  readonly until?: Place;
}

interface KeptValue {
  readonly key: string;
  readonly value: unknown;
}

/** What is kept of one attempt of a migration, and what was of the one that it continues. */
export interface Checkpoints {
  valueOf(key: string): unknown;
  keepValue(key: string, value: unknown): Promise<void>;
  walkOf(key: string): KeptWalk | undefined;
  keepWalk(walk: KeptWalk): Promise<void>;
}

function without<T extends { readonly key: string }>(
  list: readonly T[],
  key: string,
): readonly T[] {
  return list.filter((one) => one.key !== key);
}

function listOf<T>(checkpoint: Checkpoint, name: string): readonly T[] {
  const list = checkpoint[name] ?? [];
  if (Array.isArray(list)) return list as readonly T[];
  throw new UserError(
    `The checkpoint of the interrupted attempt is not one of this version: "${name}" is no list. ` +
      'Let the migration begin anew instead of going on.',
  );
}

/** Checkpoints that are forgotten with the process, for what leaves nothing behind either. */
export function forgetful(): CheckpointStore {
  return { load: async () => ({}), save: async () => {} };
}

/**
 * Opens the checkpoints of an attempt. Names stand in lists, because a server may refuse them as names
 * of fields (a dot, a dollar).
 * @throws UserError when what the store holds is no checkpoint of ours
 */
export async function openCheckpoints(store: CheckpointStore): Promise<Checkpoints> {
  const loaded = await store.load();
  let values = listOf<KeptValue>(loaded, 'values');
  let walks = listOf<KeptWalk>(loaded, 'walks');
  let turn: Promise<void> = Promise.resolve();
  // One after the other: of two saves under way, the older might be the last to arrive.
  const save = async (): Promise<void> => {
    const mine = turn.then(async () => {
      const documents = walks.reduce((sum, walk) => sum + walk.documents, 0);
      const batches = walks.reduce((sum, walk) => sum + walk.batches, 0);
      await store.save({ values, walks }, { documents, batches });
    });
    turn = mine.catch(() => undefined);
    await mine;
  };
  return {
    valueOf: (key) => values.find((one) => one.key === key)?.value,
    keepValue: async (key, value) => {
      const others = without(values, key);
      values = value === undefined ? others : [...others, { key, value }];
      await save();
    },
    walkOf: (key) => walks.find((one) => one.key === key),
    keepWalk: async (walk) => {
      walks = [...without(walks, walk.key), walk];
      await save();
    },
  };
}
