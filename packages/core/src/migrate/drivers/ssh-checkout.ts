import type { MigrateRequest } from '../request.ts';
import type { RemoteOutcome } from './remote.ts';
import { remoteError } from './remote-failure.ts';

/** How many names a message lists. */
const MOST_NAMES = 5;

/**
 * `outcome`, or a failure where an `up` went well with migrations that are not those of the checkout:
 * the server does not have some of `names`, so that they can neither be pending nor applied there.
 */
export function behindCheckout(
  request: MigrateRequest,
  names: readonly string[],
  outcome: RemoteOutcome,
  host: string,
): RemoteOutcome {
  const { result, failure } = outcome;
  if (failure || !result || (request.command !== 'up' && request.command !== 'plan'))
    return outcome;
  const there = new Set(result.migrations.map(({ name }) => name));
  const absent = names.filter((name) => !there.has(name));
  if (absent.length === 0) return outcome;
  const rest = absent.length - MOST_NAMES;
  const list = `${absent.slice(0, MOST_NAMES).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  const error = remoteError(
    'failed',
    `${host} does not have ${list}, which this checkout has in ${request.directory}: the database is without ` +
      'them. Bring the migrations of this commit to the MIGRATIONS_DIRECTORY of the server in a step ' +
      'before this one, and run this step again.',
  );
  return { ...outcome, failure: error };
}
