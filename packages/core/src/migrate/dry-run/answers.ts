import { firstKey } from './bson.ts';
import { isInTransaction, isRead, plainCommand } from './command-kinds.ts';
import { documentWrites } from './document-writes.ts';
import { greeting, hasTransactions, isGreeting } from './greeting.ts';
import { errorAnswer } from './real-database.ts';
import type { Fields, Recorder } from './recorded.ts';
import { otherWrite, schemaWrites } from './schema-writes.ts';
import { shapeOf } from './shown-text.ts';
import type { Tools } from './statements.ts';
import type { WireRequest } from './wire.ts';
import type { Outcome, WriteHandler } from './write-handler.ts';

/** After how many writes in a row that say the same a migration is taken to wait for their effect. */
export const MOST_REPEATS = 100;

// https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
const ILLEGAL_OPERATION = 20;
const INTERRUPTED = 11_601;

const WRITES: ReadonlyMap<string, WriteHandler> = new Map(
  Object.entries({ ...documentWrites, ...schemaWrites }),
);

/** Commands of a session or a connection, which there is nothing to do for. */
const DONE: ReadonlySet<string> = new Set([
  ...['ping', 'endSessions', 'refreshSessions', 'startSession', 'killSessions', 'logout'],
  'commitTransaction',
]);

/** What answers are made of. */
export interface AnswerOptions extends Tools {
  /** What the real server greets with. */
  readonly hello: Fields;
  /** `127.0.0.1:port` */
  readonly address: string;
  readonly recorder: Recorder;
  /** Hides secrets in a text. */
  readonly redact: (text: string) => string;
}

const NO_TRANSACTIONS: Fields = {
  ok: 0,
  errmsg: 'Transaction numbers are only allowed on a replica set member or mongos',
  code: ILLEGAL_OPERATION,
  codeName: 'IllegalOperation',
};

function aborted(database: string): Outcome {
  const name = 'abortTransaction';
  return {
    answer: { ok: 1 },
    records: [
      {
        name,
        database,
        collection: undefined,
        text: '',
        documents: undefined,
        note: 'the writes of its transaction, listed before it, would be undone',
        shape: shapeOf([name, database]),
      },
    ],
  };
}

/** Says when the same write came so often, and found something each time, that it will not end. */
function loopWatch(options: Pick<AnswerOptions, 'bson'>) {
  let last = Buffer.alloc(0);
  let repeats = 0;
  return (database: string, command: Fields, { records }: Outcome): Fields | undefined => {
    // What is inserted has a new _id each time, and often stands between the others of a loop.
    if (firstKey(command) === 'insert') return undefined;
    const write = Buffer.from(options.bson.serialize({ ...plainCommand(command), $db: database }));
    const found = records.some(({ documents }) => documents !== 0);
    repeats = found && write.equals(last) ? repeats + 1 : 0;
    last = write;
    if (repeats < MOST_REPEATS) return undefined;
    return {
      ok: 0,
      errmsg:
        `The same ${firstKey(command)} came ${MOST_REPEATS} times in a row. The migration seems to ` +
        'wait for what it writes, which a dry run does not write: it cannot be followed further.',
      code: INTERRUPTED,
      codeName: 'Interrupted',
    };
  };
}

/**
 * Gives the function that answers requests: what only reads by the real server's answer, a write by
 * what a driver expects of one that succeeded. Never throws.
 */
export function newAnswers(options: AnswerOptions): (request: WireRequest) => Promise<Fields> {
  const { hello, address, recorder, real, redact } = options;
  const sharded = hello.msg === 'isdbgrid';
  const endless = loopWatch(options);

  const record = (outcome: Outcome): void => {
    recorder.add(
      outcome.records.map((one) => ({
        ...one,
        text: redact(one.text),
        note: one.note === undefined ? undefined : redact(one.note),
      })),
    );
  };

  const write = async (database: string, command: Fields): Promise<Fields> => {
    const handler = WRITES.get(firstKey(command)) ?? otherWrite;
    const outcome = await handler(options, database, command);
    const refusal = endless(database, command, outcome);
    if (refusal) return refusal;
    record(outcome);
    return outcome.answer;
  };

  return async ({ database, command }) => {
    const name = firstKey(command);
    if (isGreeting(name)) return { ...greeting(hello, address), localTime: options.today() };
    if (isInTransaction(command) && !hasTransactions(hello)) return NO_TRANSACTIONS;
    if (DONE.has(name)) return { ok: 1 };
    try {
      if (name === 'abortTransaction') {
        const outcome = aborted(database);
        record(outcome);
        return outcome.answer;
      }
      if (!isRead(command)) return await write(database, command);
      // What belongs to the real server's cluster would mislead the driver of this one.
      const {
        $clusterTime: _,
        operationTime: __,
        ...answer
      } = await real.read(database, plainCommand(command));
      return answer;
    } catch (error) {
      return errorAnswer(error, sharded);
    }
  };
}
