import { type Dispatcher, request as send } from 'undici';
import type { Clock } from '../clock.ts';
import { accessRuleOf } from './api-error.ts';
import type { KubeRequest } from './connection.ts';
import type { Credentials, SignIn } from './credentials.ts';
import { type Forwarded, type ForwardRequest, forwarded } from './forwarded.ts';
import { apiError } from './refusal.ts';
import { brokenAnswer, unanswered, unreachable } from './unreachable.ts';

/** Milliseconds that an exchange may take. */
export interface ExchangeLimits {
  /** Until the answer begins; the time to sign in is not counted. */
  readonly answer: number;
  /** Between two parts of its body; 0 for any. */
  readonly body: number;
}

/** One request and its answer, without any patience. */
export interface Exchange {
  /**
   * Gives the answer once it has begun. A 401 is answered with fresh credentials, once, because
   * tokens expire.
   * @throws ApiError when the server refuses, UnreachableError when it cannot be asked
   */
  answer(
    request: KubeRequest,
    limits: ExchangeLimits,
    signal: AbortSignal | undefined,
  ): Promise<Dispatcher.ResponseData>;
  /** Gives the answer as JSON. */
  json<T>(request: KubeRequest, timeout: number, signal: AbortSignal | undefined): Promise<T>;
  /**
   * Gives whatever answer came to a request that the API server hands on; a 401 of the API server itself
   * is answered with fresh credentials, once.
   * @throws UnreachableError when there is none
   */
  forward(request: ForwardRequest, signal: AbortSignal): Promise<Forwarded>;
}

type Sent = Pick<KubeRequest, 'path' | 'query' | 'purpose'> & {
  readonly method: KubeRequest['method'] | ForwardRequest['method'];
};

function urlOf(server: string, { path, query = {} }: Pick<Sent, 'path' | 'query'>): URL {
  const url = new URL(server + path);
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
  return url;
}

function headersOf({ body, accept, contentType }: KubeRequest): Readonly<Record<string, string>> {
  return {
    accept: accept ?? 'application/json',
    'user-agent': 'paal',
    ...(body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
  };
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** Exchanges with the API server at `server`, signed in by `session`. */
export function exchangesWith(server: string, session: SignIn, clock: Clock): Exchange {
  const begin = async (
    request: Sent,
    content: { readonly headers: Readonly<Record<string, string>>; readonly body: string | null },
    { headers, dispatcher }: Credentials,
    limits: ExchangeLimits,
    signal: AbortSignal | undefined,
  ): Promise<Dispatcher.ResponseData> => {
    signal?.throwIfAborted();
    const late = new AbortController();
    const answered = new AbortController();
    void clock.sleep(limits.answer, answered.signal).then(
      () => late.abort(),
      () => undefined,
    );
    try {
      return await send(urlOf(server, request), {
        method: request.method,
        dispatcher,
        headers: { ...content.headers, ...headers },
        body: content.body,
        // undici counts it from when it is connected, and connecting may take long as well.
        headersTimeout: 0,
        bodyTimeout: limits.body,
        signal: signal ? AbortSignal.any([signal, late.signal]) : late.signal,
      });
    } catch (error) {
      signal?.throwIfAborted();
      if (late.signal.aborted) throw unanswered(server, request.purpose, limits.answer);
      throw unreachable(server, request.purpose, error);
    } finally {
      answered.abort();
    }
  };

  const answer: Exchange['answer'] = async (request, limits, signal) => {
    let credentials = await session.credentials(signal);
    const json = request.body === undefined ? null : JSON.stringify(request.body);
    const content = { headers: headersOf(request), body: json };
    let response = await begin(request, content, credentials, limits, signal);
    if (response.statusCode === 401) {
      await response.body.dump();
      session.renew(credentials);
      credentials = await session.credentials(signal);
      response = await begin(request, content, credentials, limits, signal);
    }
    const { statusCode, headers, body } = response;
    const isHtml = first(headers['content-type'])?.startsWith('text/html') ?? false;
    if (statusCode < 400 && !isHtml) return response;
    const text = await body.text().catch((error: unknown) => {
      signal?.throwIfAborted();
      throw brokenAnswer(server, request.purpose, error);
    });
    const rule = accessRuleOf(request.method, request.path, request.query);
    throw apiError(request.purpose, statusCode, text, rule, first(headers['retry-after']));
  };

  const forward: Exchange['forward'] = async (request, signal) => {
    const content = { headers: request.headers, body: request.body ?? null };
    const limits = { answer: request.timeout, body: request.timeout };
    const ask = (credentials: Credentials, inTime: AbortSignal) =>
      begin(request, content, credentials, limits, inTime);
    return await forwarded(request, { server, session, clock, ask }, signal);
  };

  return {
    answer,
    forward,
    json: async <T>(
      request: KubeRequest,
      timeout: number,
      signal: AbortSignal | undefined,
    ): Promise<T> => {
      const { body } = await answer(request, { answer: timeout, body: timeout }, signal);
      try {
        return (await body.json()) as T;
      } catch (error) {
        signal?.throwIfAborted();
        throw brokenAnswer(server, request.purpose, error);
      }
    },
  };
}
