import { UserError } from '../../errors.ts';
import { type Address, parseAddress } from '../address.ts';
import { type HttpAnswer, type HttpRequest, sendRequest } from '../request.ts';
import { headersOf } from './expectation.ts';

/** One answer, and whose it is. */
export interface Hop {
  readonly address: Address;
  readonly answer: HttpAnswer;
}

/** The last of the answers, and those before it, each of which led to the next. */
export interface Way {
  readonly answer: HttpAnswer;
  readonly hops: readonly Hop[];
}

const REDIRECTS = [301, 302, 303, 307, 308];

/**
 * The request that an answer leads to, as browsers have it (RFC 9110, 15.4); `undefined` where it leads
 * nowhere. Another origin gets neither credentials nor headers of the check, and no body. Pure.
 */
export function redirected(request: HttpRequest, answer: HttpAnswer): HttpRequest | undefined {
  const [location] = headersOf(answer, 'location');
  if (!REDIRECTS.includes(answer.status) || location === undefined) return undefined;
  const { url } = request.address;
  if (!URL.canParse(location, url.href)) return undefined;
  let address: Address;
  try {
    address = parseAddress(new URL(location, url).href, 'a redirect');
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return undefined;
  }
  const same = address.url.origin === url.origin;
  const authorization = same ? request.address.authorization : undefined;
  const keepsBody = answer.status === 307 || answer.status === 308 || request.method !== 'POST';
  const { body, headers, method, timeout } = request;
  // What was meant for one server is not posted to another.
  if (!same && keepsBody && body !== undefined) return undefined;
  const { 'content-type': _type, ...others } = headers;
  return {
    method: keepsBody ? method : 'GET',
    address: { ...address, authorization },
    headers: same ? (keepsBody ? headers : others) : {},
    ...(keepsBody && body !== undefined ? { body } : {}),
    timeout,
  };
}

/**
 * Sends a request, and follows so many redirects at most.
 * @throws as {@link sendRequest}
 */
export async function sendFollowing(
  request: HttpRequest,
  limit: number,
  signal: AbortSignal,
): Promise<Way> {
  const hops: Hop[] = [];
  for (let next = request; ; ) {
    const answer = await sendRequest(next, signal);
    hops.push({ address: next.address, answer });
    const further = hops.length <= limit ? redirected(next, answer) : undefined;
    if (!further) return { answer, hops };
    next = further;
  }
}
