import type { Dispatcher } from 'undici';
import type { Clock } from '../clock.ts';
import { UserError } from '../errors.ts';
import type { Status } from './api-error.ts';
import type { Credentials, SignIn } from './credentials.ts';
import { brokenAnswer, unanswered } from './unreachable.ts';

/** A request that the API server hands on to somebody else. */
export interface ForwardRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly path: string;
  /** Names in lower case; those by which we sign in to the API server are set over them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What it is for, as in "The API server could not be asked to …". */
  readonly purpose: string;
  /** Milliseconds for everything, from signing in to the end of the body. */
  readonly timeout: number;
}

/** An answer to it, whatever its status and whoever gave it. */
export interface Forwarded {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The body, 1 MiB of it at most. */
  readonly body: string;
  /** Whether the body is longer. */
  readonly cut: boolean;
}

const LIMIT = 1024 * 1024;

/** Reads an answer to its end, or to the limit. */
async function take({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<Forwarded> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop ends the connection, so that an endless body is not read on.
  for await (const chunk of body) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > LIMIT) break;
  }
  return {
    status: statusCode,
    headers,
    body: Buffer.concat(chunks).subarray(0, LIMIT).toString('utf8'),
    cut: size > LIMIT,
  };
}

/**
 * What the API server itself says instead of handing the request on; `undefined` for an answer of whom it
 * was handed on to. Its own refusals are objects of kind Status.
 */
export function ownRefusal({ status, body }: Forwarded): Status | undefined {
  if (status < 400) return undefined;
  try {
    const said: unknown = JSON.parse(body);
    const { kind, apiVersion } = (said ?? {}) as { kind?: unknown; apiVersion?: unknown };
    return kind === 'Status' && apiVersion === 'v1' ? (said as Status) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the API server does not know who asks. */
function isUnauthorized(answer: Forwarded): boolean {
  return answer.status === 401 && ownRefusal(answer) !== undefined;
}

/**
 * Asks until the end of `request.timeout`, anew with fresh credentials where the API server does not know
 * the first ones, because tokens expire.
 * @throws UnreachableError when there is no answer, or none in time
 */
export async function forwarded(
  { purpose, timeout }: ForwardRequest,
  way: {
    readonly server: string;
    readonly session: SignIn;
    readonly clock: Clock;
    readonly ask: (
      credentials: Credentials,
      inTime: AbortSignal,
    ) => Promise<Dispatcher.ResponseData>;
  },
  signal: AbortSignal,
): Promise<Forwarded> {
  const { server, session, clock, ask } = way;
  const ended = new AbortController();
  const late = new AbortController();
  void clock.sleep(timeout, ended.signal).then(
    () => late.abort(),
    () => undefined,
  );
  const inTime = AbortSignal.any([signal, late.signal]);
  try {
    const credentials = await session.credentials(inTime);
    const answer = await take(await ask(credentials, inTime));
    if (!isUnauthorized(answer)) return answer;
    session.renew(credentials);
    return await take(await ask(await session.credentials(inTime), inTime));
  } catch (error) {
    signal.throwIfAborted();
    if (late.signal.aborted) throw unanswered(server, purpose, timeout);
    throw error instanceof UserError ? error : brokenAnswer(server, purpose, error);
  } finally {
    ended.abort();
  }
}
