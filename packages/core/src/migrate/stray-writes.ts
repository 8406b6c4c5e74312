import type { ClientSession, CommandStartedEvent, MongoClient } from 'mongodb';

/** A command that wrote outside of the transaction. */
export interface StrayWrite {
  readonly command: string;
  /** `undefined` where it is about a whole database. */
  readonly collection: string | undefined;
}

type Command = Readonly<Record<string, unknown>>;

const WRITES: ReadonlySet<string> = new Set([
  'insert',
  'update',
  'delete',
  'findAndModify',
  'bulkWrite',
  'mapReduce',
  'create',
  'createIndexes',
  'collMod',
  'drop',
  'dropDatabase',
  'dropIndexes',
  'renameCollection',
  'convertToCapped',
]);

function aggregateWrites({ pipeline }: Command): boolean {
  const last: unknown = Array.isArray(pipeline) ? pipeline.at(-1) : undefined;
  return typeof last === 'object' && last !== null && ('$out' in last || '$merge' in last);
}

function collectionOf(name: string, command: Command): string | undefined {
  const { [name]: value, nsInfo } = command;
  const [first] = (Array.isArray(nsInfo) ? nsInfo : []) as readonly { readonly ns?: string }[];
  // These two are commands of the database admin, and name the other one as well.
  const full = name === 'bulkWrite' ? first?.ns : name === 'renameCollection' ? value : undefined;
  if (typeof full === 'string') return full.slice(full.indexOf('.') + 1);
  return typeof value === 'string' ? value : undefined;
}

function hexOf(lsid: unknown): string | undefined {
  const { id } = (lsid ?? {}) as { readonly id?: { toString(encoding: 'hex'): string } };
  return id?.toString('hex');
}

/** The write that `command` does outside of the transaction of the session `lsid`, if it does one. */
export function strayWrite(name: string, command: Command, lsid: unknown): StrayWrite | undefined {
  const writes = WRITES.has(name) || (name === 'aggregate' && aggregateWrites(command));
  const isInside = command.autocommit === false && hexOf(command.lsid) === hexOf(lsid);
  return writes && !isInside
    ? { command: name, collection: collectionOf(name, command) }
    : undefined;
}

/**
 * Tells of every write through `client` that is not in the transaction of `session`, until the function
 * that it gives is called. Writes through another client are not seen.
 * @param own collections into which the run itself writes
 * @throws Error unless the client was made with `monitorCommands: true`, which it is to see them with
 */
export function watchStrayWrites(
  client: MongoClient,
  session: ClientSession,
  own: readonly string[],
  onStray: (write: StrayWrite) => void,
): () => void {
  if (!client.options.monitorCommands) {
    throw new Error('The client of a transaction is to be made with monitorCommands: true');
  }
  const listener = ({ commandName, command }: CommandStartedEvent): void => {
    const stray = strayWrite(commandName, command, session.id);
    if (stray && !own.includes(stray.collection ?? '')) onStray(stray);
  };
  client.on('commandStarted', listener);
  return () => {
    client.off('commandStarted', listener);
  };
}
