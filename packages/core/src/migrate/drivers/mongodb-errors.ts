import { formatDuration } from '../../config/duration.ts';
import { errorMessage, UserError } from '../../errors.ts';

/** What an error of the driver tells, whichever version of the driver made it. */
interface DriverError {
  readonly name?: string;
  readonly code?: number | string;
  readonly cause?: unknown;
}

// https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
const UNAUTHORIZED = 13;
const AUTHENTICATION_FAILED = 18;
const ATLAS_ERROR = 8000;

function detail(error: unknown): string {
  return errorMessage(error).trim().replace(/\.$/, '').replaceAll('\n', ' ');
}

/** Why the driver could not connect to `hosts` within `milliseconds`. */
export function connectError(error: unknown, hosts: string, milliseconds: number): UserError {
  const { name = '', code } = (error ?? {}) as DriverError;
  if (code === AUTHENTICATION_FAILED || code === ATLAS_ERROR) {
    return new UserError(
      `MongoDB at ${hosts} refused the credentials of the input "uri": ${detail(error)}. ` +
        'Check user and password (percent-encoded), and authSource where the user is defined in another database.',
      { cause: error, failureReason: 'Unreachable' },
    );
  }
  if (name === 'MongoMissingDependencyError') {
    return new UserError(
      `The input "uri" asks for something that needs a further package: ${detail(error)}. ` +
        "Install it beside mongodb in the repository: the repository's own driver is used where it has one.",
      { cause: error, failureReason: 'Unreachable' },
    );
  }
  return new UserError(
    `No MongoDB server could be reached at ${hosts} within ${formatDuration(milliseconds)}: ${detail(error)}. ` +
      'Is the address right, is the server up, and may this runner reach it (firewall, IP access list, TLS, replicaSet)? ' +
      'Nothing was changed.',
    { cause: error, failureReason: 'Unreachable' },
  );
}

/** Why the changelog of `database` could not be read. */
export function historyError(error: unknown, collection: string, database: string): UserError {
  const { code } = (error ?? {}) as DriverError;
  const hint =
    code === UNAUTHORIZED
      ? ` The user needs the role readWrite on the database "${database}".`
      : '';
  return new UserError(
    `The collection "${collection}" of the database "${database}" could not be read: ` +
      `${detail(error)}.${hint} Nothing was changed.`,
    { cause: error },
  );
}

/**
 * Why an operation of PAAL's own failed in the middle of a run; `undefined` for what is no error of the
 * driver or of the server.
 */
export function operationError(error: unknown, hasRun: boolean): UserError | undefined {
  const { name = '' } = (error ?? {}) as DriverError;
  if (!name.startsWith('Mongo')) return undefined;
  return new UserError(
    `The database did not do what was asked of it: ${detail(error)}. ` +
      (hasRun
        ? 'Command status says how far the run came; run this again.'
        : 'Nothing was run; run this again.'),
    { cause: error, failureReason: hasRun ? 'Failed' : 'Unreachable' },
  );
}
