import { formatDuration } from '../../config/duration.ts';
import { errorMessage } from '../../errors.ts';
import { AS_IT_IS, fieldsOf, listOf, numberOf, pick } from './bson.ts';
import type { Fields } from './recorded.ts';

/** What is used of the driver's MongoClient. */
export interface MongoClientLike {
  db(name: string): { command(command: Fields, options: Fields): Promise<Fields> };
  startSession(options: Fields): { endSession(): Promise<void> };
}

/** Which documents are meant; `options` are those of the command that bear on it. */
export interface Selection {
  readonly database: string;
  readonly collection: string;
  readonly filter: Fields;
  readonly options?: Fields;
}

/** A number, or why there is none. */
export type Count =
  | { readonly documents: number; readonly why?: undefined }
  | { readonly documents?: undefined; readonly why: string };

/** Documents, or why they could not be read. */
export interface Batch {
  readonly documents: readonly Fields[];
  readonly why: string | undefined;
}

/** The real server, which is only read. */
export interface RealDatabase {
  /** Sends a command that changes nothing. */
  read(database: string, command: Fields): Promise<Fields>;
  /** How many documents there are; `shape` tells which commands are alike. Never throws. */
  count(selection: Selection, shape: string): Promise<Count>;
  /** How many documents `pipeline` gives; never throws. */
  countPipeline(selection: Selection, pipeline: readonly Fields[], shape: string): Promise<Count>;
  /** The documents of a cursor's first batch, or why there are none; never throws. */
  firstBatch(database: string, command: Fields): Promise<Batch>;
  close(): Promise<void>;
}

// https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
const MAX_TIME_EXPIRED = 50;
const CURSOR_NOT_FOUND = 43;

/** Options of a write that bear on which documents it finds. */
export const SELECTING = ['collation', 'hint', 'let'] as const;

function messageOf(error: unknown): string {
  return errorMessage(error).replaceAll('\n', ' ');
}

function codeOf(error: unknown): number {
  return numberOf((error as { code?: unknown } | null)?.code);
}

/** The answer that tells a driver of `error`, as the real server gave it or as the way to it failed. */
export function errorAnswer(error: unknown, sharded: boolean): Fields {
  const { code, codeName, errorLabels } = (error ?? {}) as Fields;
  // Several routers share no cursors, and the driver asks any of them.
  const hint =
    sharded && codeOf(error) === CURSOR_NOT_FOUND
      ? '. A dry run needs one router (mongos) to read from: name only one in the uri'
      : '';
  return {
    ok: 0,
    errmsg: errorMessage(error) + hint,
    code: numberOf(code) || 1,
    codeName: typeof codeName === 'string' ? codeName : 'InternalError',
    ...(Array.isArray(errorLabels) ? { errorLabels } : {}),
  };
}

/** Reads by `client`; what it counts takes at most `mostTime` milliseconds each. */
export function readOnly(
  client: MongoClientLike,
  withSession: boolean,
  mostTime: number,
): RealDatabase {
  // The next batch must be asked for in the session in which the cursor was opened.
  const session = withSession ? client.startSession({ causalConsistency: false }) : undefined;
  const read: RealDatabase['read'] = async (database, command) =>
    await client.db(database).command(command, { ...AS_IT_IS, ...(session ? { session } : {}) });
  const slow = new Set<string>();

  const counted = async (shape: string, work: () => Promise<number>): Promise<Count> => {
    const limit = formatDuration(mostTime);
    if (slow.has(shape)) return { why: `not counted (one like it took over ${limit})` };
    try {
      return { documents: await work() };
    } catch (error) {
      if (codeOf(error) !== MAX_TIME_EXPIRED) {
        return { why: `not counted: ${messageOf(error)}` };
      }
      slow.add(shape);
      return { why: `not counted (over ${limit})` };
    }
  };

  const runPipeline = async (
    { database, collection, options = {} }: Selection,
    pipeline: readonly Fields[],
  ): Promise<number> => {
    const answer = await read(database, {
      aggregate: collection === '' ? 1 : collection,
      pipeline: [...pipeline, { $count: 'n' }],
      cursor: {},
      maxTimeMS: mostTime,
      ...pick(options, [...SELECTING, 'allowDiskUse']),
    });
    return numberOf(fieldsOf(listOf(fieldsOf(answer.cursor).firstBatch)[0]).n);
  };

  const count: RealDatabase['count'] = async (selection, shape) =>
    await counted(shape, async () => {
      const { database, collection, filter, options = {} } = selection;
      // Exact on shards too, but $where and $near are for the command count alone.
      const onlyByCount = /"\$(?:where|near|nearSphere)":/.test(JSON.stringify(filter));
      if (!onlyByCount) return await runPipeline(selection, [{ $match: filter }]);
      const answer = await read(database, {
        count: collection,
        query: filter,
        maxTimeMS: mostTime,
        ...pick(options, ['collation', 'hint']),
      });
      return numberOf(answer.n);
    });

  return {
    read,
    count,
    countPipeline: async (selection, pipeline, shape) =>
      await counted(shape, async () => await runPipeline(selection, pipeline)),
    firstBatch: async (database, command) => {
      try {
        const answer = await read(database, { ...command, maxTimeMS: mostTime });
        const documents = listOf(fieldsOf(answer.cursor).firstBatch).map(fieldsOf);
        return { documents, why: undefined };
      } catch (error) {
        return { documents: [], why: `not looked up: ${messageOf(error)}` };
      }
    },
    close: async () => {
      await session?.endSession();
    },
  };
}
