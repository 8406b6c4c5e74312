import { formatDuration } from '../config/duration.ts';
import { errorMessage } from '../errors.ts';
import { UnreachableError } from './api-error.ts';

/** Codes of Node, OpenSSL and undici for a connection that never came about. */
const NOT_SENT =
  /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|UND_ERR_(CONNECT_TIMEOUT|CLOSED|DESTROYED|PRX_TLS)|ERR_TLS_\w+|CERT_\w+|\w+_CERT\w*|UNABLE_TO_\w+)$/;

function codeOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : '';
}

/** The error for a request that got no answer, because there is no connection, or it broke. */
export function unreachable(server: string, purpose: string, error: unknown): UnreachableError {
  const code = codeOf(error);
  return new UnreachableError(
    `The API server ${server} could not be asked to ${purpose}: ${errorMessage(error) || code}. ` +
      'Is the address right, and reachable from this runner?',
    NOT_SENT.test(code) ? 'not-sent' : 'broken',
    { cause: error },
  );
}

/** The error for a request without any answer within `timeout` milliseconds. */
export function unanswered(server: string, purpose: string, timeout: number): UnreachableError {
  return new UnreachableError(
    `The API server ${server} did not answer within ${formatDuration(timeout)} when asked to ${purpose}. ` +
      'Is the address right, and reachable from this runner?',
    'unanswered',
  );
}

/** The error for an answer that began, and did not come to its end as JSON. */
export function brokenAnswer(server: string, purpose: string, error: unknown): UnreachableError {
  const stalled = codeOf(error) === 'UND_ERR_BODY_TIMEOUT';
  return new UnreachableError(
    `The answer of the API server ${server}, when asked to ${purpose}, ` +
      `${stalled ? 'stopped in the middle' : `was not whole: ${errorMessage(error)}`}.`,
    stalled ? 'unanswered' : 'broken',
    { cause: error },
  );
}
