import type { Fault } from './fault.ts';
import type { RequestInfo } from './requests.ts';
import * as statuses from './statuses.ts';

/** How a failing server answers. */
export interface FailureOptions {
  /** Seconds, sent as Retry-After. */
  readonly retryAfter?: number;
  /** The HTML page of a load balancer, instead of what the API server itself says. */
  readonly page?: boolean;
}

function failingAnswer(code: 429 | 500 | 502 | 503 | 504, page: boolean): statuses.Answer {
  // The API server itself never answers 502.
  if (page || code === 502) return statuses.errorPage(code);
  return code === 429 ? statuses.tooManyRequests() : statuses.failure(code);
}

/** The request is refused with that status, and does not reach the API server. */
export function failing(code: 429 | 500 | 502 | 503 | 504, options: FailureOptions = {}): Fault {
  const { status, headers, body } = failingAnswer(code, options.page ?? false);
  const wait = options.retryAfter;
  const asked = wait === undefined ? {} : { 'retry-after': String(wait) };
  return {
    name: `answered ${code}`,
    onRequest: async (exchange) =>
      exchange.answer({ status, headers: { ...headers, ...asked }, body }),
  };
}

/**
 * RBAC denies the request, in the API server's words. Where a test can use real RBAC (a user of its
 * own and a Role), that is the better test.
 */
export function forbidden(): Fault {
  return {
    name: 'forbidden',
    concerns: ({ resource }) => resource !== '',
    onRequest: async (exchange) => exchange.answer(statuses.forbidden(exchange.request)),
  };
}

/** Whether the request asks for a certain point in history; 0 stands for any. */
function hasVersion({ query, verb }: RequestInfo): boolean {
  return ['list', 'watch'].includes(verb) && !['', '0'].includes(query.resourceVersion ?? '');
}

/**
 * The history since the resourceVersion of a list or watch is gone: a 410, or for a watch also an
 * ERROR event as the first one of a 200, as the API server answers from its watch cache.
 */
export function expired(as: 'status' | 'event'): Fault {
  return {
    name: 'expired',
    concerns: (request) => hasVersion(request) && (as === 'status' || request.watch),
    onRequest: async (exchange) => {
      const { request } = exchange;
      if (as === 'status') return exchange.answer(statuses.expired(request));
      exchange.begin(200, { 'content-type': 'application/json' });
      exchange.finish(statuses.expiredEvent(request.query.resourceVersion ?? ''));
    },
  };
}
