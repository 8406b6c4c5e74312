import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { MongoClient, MongoClientOptions } from 'mongodb';
import type { Clock } from '../../clock.ts';
import { errorMessage, UserError } from '../../errors.ts';
import { connectError } from './mongodb-errors.ts';
import { parseMongodbUri } from './mongodb-uri.ts';

/** How long a server is looked for. */
const SERVER_SELECTION_TIMEOUT = 10_000;
const OLDEST_DRIVER = 4;

/** Which database to migrate. */
export interface MongodbOptions {
  readonly uri: string;
  /** Default: the one in the uri. */
  readonly database: string | undefined;
  /** The migrations' directory: where it has a driver of its own, that one is used. */
  readonly directory: string;
  /** Further options of the driver's client, from a migrate-mongo configuration. */
  readonly clientOptions: Readonly<Record<string, unknown>>;
}

/** What a client for migrations is to be. */
export interface ClientRequest {
  /** What stands for the database; default: the database itself. */
  readonly uri?: string;
  /** Whether what is sent through it can be watched. */
  readonly monitorCommands?: boolean;
}

/** A connected database. */
export interface MongodbConnection {
  readonly database: string;
  /** Hosts as the uri names them. */
  readonly hosts: string;
  /** Which driver is used, for the log. */
  readonly driver: string;
  /**
   * For the lease, the records and the changelog. No migration gets it, so that none can close it,
   * and what they left behind can be recorded when theirs is gone.
   */
  readonly own: MongoClient;
  /** Main file of the repository's own driver, where it is the one that is used. */
  readonly driverFile: string | undefined;
  /** A client for migrations. */
  openClient(options?: ClientRequest): Promise<MongoClient>;
  /** Ends every connection; whatever still uses one fails. */
  close(): Promise<void>;
}

// https://www.mongodb.com/docs/manual/reference/limits/#naming-restrictions
const NOT_A_DATABASE = /[/\\. "$*<>:|?\0]|^$|^.{64}/;

function databaseName(input: string | undefined, path: string | undefined): string {
  const name = input ?? path;
  if (name === undefined) {
    throw new UserError(
      'Neither the input "database" nor the uri names a database. Set the input, or write ' +
        'the name behind the hosts: mongodb://host:27017/NAME.',
    );
  }
  if (NOT_A_DATABASE.test(name)) {
    throw new UserError(
      `"${name}" is not a name for a database: at most 63 characters, none of / \\ . " $ * < > : | ? and no blank.`,
    );
  }
  return name;
}

interface Driver {
  readonly MongoClient: new (uri: string, options: MongoClientOptions) => MongoClient;
  readonly origin: string;
  /** Of the repository's own driver. */
  readonly file: string | undefined;
}

/**
 * The driver that the migrations' repository has installed, because a driver refuses the ObjectIds of
 * another major version; else the one of this bundle.
 */
async function loadDriver(directory: string): Promise<Driver> {
  const require = createRequire(join(resolve(directory), 'migration.js'));
  let version: string;
  try {
    version = (require('mongodb/package.json') as { version: string }).version;
  } catch {
    const { MongoClient } = await import(/* webpackMode: "eager" */ 'mongodb');
    return { MongoClient, origin: 'the built-in driver', file: undefined };
  }
  if (Number(version.split('.')[0]) < OLDEST_DRIVER) {
    throw new UserError(
      `The repository has mongodb ${version} installed; migrations need ${OLDEST_DRIVER}.0 or newer. ` +
        'Update the package.',
    );
  }
  const file = require.resolve('mongodb');
  const module = (await import(/* webpackIgnore: true */ pathToFileURL(file).href)) as Driver & {
    default?: Driver;
  };
  const { MongoClient } = module.default ?? module;
  return { MongoClient, origin: `mongodb ${version} of the repository`, file };
}

function newClient(
  driver: Driver,
  uri: string,
  timeout: number,
  options: Readonly<Record<string, unknown>>,
): MongoClient {
  try {
    return new driver.MongoClient(uri, {
      ...options,
      serverSelectionTimeoutMS: timeout,
      connectTimeoutMS: timeout,
    });
  } catch (error) {
    throw new UserError(
      `The input "uri" is not a usable MongoDB connection string: ${errorMessage(error)}.`,
      { cause: error },
    );
  }
}

async function connect(client: MongoClient, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const stop = new AbortController();
  const cancelled = once(signal, 'abort', { signal: stop.signal }).then(() => {
    throw signal.reason;
  });
  try {
    await Promise.race([client.connect(), cancelled]);
  } finally {
    stop.abort();
  }
}

/**
 * Connects to the database.
 * @throws UserError when the uri is malformed, names no database, or no server answers within 10 s
 */
export async function connectMongodb(
  options: MongodbOptions,
  clock: Clock,
  signal: AbortSignal,
): Promise<MongodbConnection> {
  const { hosts, serverSelectionTimeout, ...uri } = parseMongodbUri(options.uri);
  const database = databaseName(options.database, uri.database);
  const driver = await loadDriver(options.directory);
  const timeout = Math.min(SERVER_SELECTION_TIMEOUT, serverSelectionTimeout ?? Infinity);
  const clients: MongoClient[] = [];
  const closeAll = async (): Promise<void> => {
    await Promise.all(clients.map((client) => client.close(true).catch(() => undefined)));
  };
  const open = async (request: ClientRequest): Promise<MongoClient> => {
    const { uri: substitute, monitorCommands = false } = request;
    // What reaches the database, such as TLS, does not reach what stands for it.
    const given = substitute === undefined ? options.clientOptions : {};
    const client = newClient(driver, substitute ?? options.uri, timeout, {
      ...given,
      monitorCommands,
    });
    clients.push(client);
    const start = clock.now();
    try {
      await connect(client, signal);
    } catch (error) {
      await client.close(true).catch(() => undefined);
      if (signal.aborted) throw signal.reason;
      throw connectError(error, hosts, clock.now() - start);
    }
    return client;
  };
  return {
    database,
    hosts,
    driver: driver.origin,
    driverFile: driver.file,
    own: await open({}),
    openClient: async (request = {}) => await open(request),
    close: closeAll,
  };
}
