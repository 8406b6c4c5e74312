import { bodyOf, countOf, type Message, withBody } from './wire.ts';

/** Sends a message to the server, and gives its answer. */
export type Send = (message: Buffer) => Promise<Buffer>;

const HELLO = new Set(['hello', 'isMaster', 'ismaster']);
const WRITES: Readonly<Record<string, string>> = {
  insert: 'documents',
  update: 'updates',
  delete: 'deletes',
};
/** What only a member of a replica set understands. */
const OF_SESSIONS = [
  'lsid',
  'txnNumber',
  'autocommit',
  'startTransaction',
  'readConcern',
  '$clusterTime',
];
const SET = 'double';

const BUILD_INFO = new Set(['buildInfo', 'buildinfo']);

/** What a server says of its build, without the name of one that has no transactions. */
function plainBuild(answer: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(answer).filter(([key]) => !key.startsWith('ferretdb')));
}

interface Transaction {
  readonly writes: Buffer[];
  state: 'open' | 'committed' | 'aborted';
}

/** Which transaction, or which write that can be repeated, a command belongs to. */
function sessionOf({ lsid, txnNumber }: Message['body']): string | undefined {
  if (txnNumber === undefined) return undefined;
  const { id } = lsid as { readonly id: { toString(encoding: 'hex'): string } };
  return `${id.toString('hex')}:${String(txnNumber)}`;
}

function withoutSession(message: Message): Buffer {
  const entries = Object.entries(message.body).filter(([key]) => !OF_SESSIONS.includes(key));
  return withBody(message, Object.fromEntries(entries));
}

/**
 * A double of a replica set's primary, over one server that is none: a real one cannot be had where
 * these tests run (no build of it can be downloaded there); in the repository's own workflow the same
 * tests run against one. It names itself as primary, keeps repeated writes from being done twice, and
 * knows transactions: their writes are kept and acknowledged, done one after the other on commit, and
 * forgotten on abort.
 *
 * What it does not: reads in a transaction see none of its writes; a write that the server refuses is
 * found at the commit only, which then fails as a whole transaction does (TransientTransactionError),
 * though what came before it stays; updates and deletes in a transaction count as one match each; two
 * transactions never conflict.
 */
export class ReplicaSetDouble {
  readonly #address: string;
  readonly #transactions = new Map<string, Transaction>();
  readonly #answers = new Map<string, Promise<Buffer>>();

  constructor(address: string) {
    this.#address = address;
  }

  /** The answer to a message, as its own or the server's. */
  async answer(message: Message, send: Send): Promise<Buffer | object> {
    const { body } = message;
    const [command = ''] = Object.keys(body);
    if (HELLO.has(command)) return this.#hello(bodyOf(await send(message.bytes)));
    if (message.isQuery) return await send(message.bytes);
    if (BUILD_INFO.has(command)) return plainBuild(bodyOf(await send(withoutSession(message))));
    const session = sessionOf(body);
    if (session === undefined) return await send(withoutSession(message));
    if (command === 'commitTransaction') return await this.#commit(session, send);
    if (command === 'abortTransaction') return this.#abort(session);
    if (body.autocommit === false) return await this.#inside(session, message, command, send);
    // A write that a driver repeats because its answer was lost.
    const answer = this.#answers.get(session) ?? send(withoutSession(message));
    this.#answers.set(session, answer);
    return await answer;
  }

  #hello(answer: object): object {
    return {
      ...answer,
      setName: SET,
      setVersion: 1,
      hosts: [this.#address],
      me: this.#address,
      primary: this.#address,
      ismaster: true,
      isWritablePrimary: true,
      secondary: false,
      logicalSessionTimeoutMinutes: 30,
    };
  }

  async #inside(
    session: string,
    message: Message,
    command: string,
    send: Send,
  ): Promise<Buffer | object> {
    const isFirst = message.body.startTransaction === true;
    if (isFirst) this.#transactions.set(session, { writes: [], state: 'open' });
    const transaction = this.#transactions.get(session);
    if (transaction?.state !== 'open') return noSuchTransaction();
    const list = WRITES[command];
    const plain = withoutSession(message);
    if (list === undefined) return await send(plain);
    transaction.writes.push(plain);
    const n = countOf(message, list);
    return { n, ...(command === 'update' ? { nModified: n } : {}), ok: 1 };
  }

  async #commit(session: string, send: Send): Promise<object> {
    const transaction = this.#transactions.get(session);
    if (!transaction || transaction.state === 'aborted') return noSuchTransaction();
    if (transaction.state === 'committed') return { ok: 1 };
    transaction.state = 'committed';
    for (const write of transaction.writes) {
      const { ok, writeErrors, errmsg } = bodyOf(await send(write));
      if (Number(ok) !== 1 || writeErrors !== undefined) {
        transaction.state = 'aborted';
        return noSuchTransaction(JSON.stringify(writeErrors ?? errmsg));
      }
    }
    return { ok: 1 };
  }

  #abort(session: string): object {
    const transaction = this.#transactions.get(session);
    if (transaction?.state !== 'open') return noSuchTransaction();
    transaction.state = 'aborted';
    return { ok: 1 };
  }
}

function noSuchTransaction(why = 'the transaction is not open'): object {
  return {
    ok: 0,
    code: 251,
    codeName: 'NoSuchTransaction',
    errmsg: why,
    errorLabels: ['TransientTransactionError'],
  };
}
