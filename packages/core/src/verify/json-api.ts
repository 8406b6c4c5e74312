import type * as z from 'zod';
import { type Address, parseAddress } from './address.ts';
import type { Observation } from './check.ts';
import {
  type HttpAnswer,
  type HttpRequest,
  NoAnswer,
  requestHeaders,
  sendRequest,
} from './request.ts';
import { excerptOf, oneLine } from './text.ts';

/** A server that checks ask, such as Prometheus. */
export interface JsonApi {
  /** Its name in messages, with its address: `Prometheus at https://prometheus.example/`. */
  readonly shown: string;
  /**
   * Sends one request below the server's address. An answer of any status is one, where its body fits
   * `schema`.
   * @returns the answer, or why there is none
   */
  ask<S extends z.ZodType>(
    request: ApiRequest,
    schema: S,
    signal: AbortSignal,
  ): Promise<ApiAnswer<z.output<S>>>;
}

export interface ApiRequest {
  readonly method: HttpRequest['method'];
  /** Path below the server's address, such as `api/v1/query`. */
  readonly path: string;
  /** Parameters of the address. */
  readonly query?: URLSearchParams;
  /** Sent as a form. */
  readonly form?: URLSearchParams;
  /** Sent as JSON. */
  readonly json?: unknown;
}

export type ApiAnswer<T> =
  | {
      readonly status: number;
      readonly body: T;
      /** The server's own time when it answered, in epoch milliseconds; whole seconds. */
      readonly date: number | undefined;
      readonly trouble?: undefined;
    }
  /** An observation with the outcome `error`. */
  | { readonly trouble: Observation };

/** Which server is meant, and how it is asked. */
export interface ApiServer {
  /** Its product name: `Prometheus`. */
  readonly product: string;
  /** What is below its address, for the hint to a wrong one: `/api/v1/query`. */
  readonly landmark: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds for one request. */
  readonly timeout: number;
}

/** What a server that could not be asked is to a check. */
export function providerError(
  value: string,
  message: string,
  hint: string,
  more: Partial<Observation> = {},
): Observation {
  return { outcome: 'error', retry: true, value, message, hint, ...more };
}

function below({ url }: Address, path: string, query: URLSearchParams | undefined): URL {
  const endpoint = new URL(url);
  endpoint.pathname = `${endpoint.pathname.replace(/\/+$/, '')}/${path}`;
  for (const [name, value] of query ?? []) endpoint.searchParams.append(name, value);
  return endpoint;
}

function bodyOf({ form, json }: ApiRequest): Pick<HttpRequest, 'body' | 'headers'> {
  if (form) {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return { body: form.toString(), headers };
  }
  if (json === undefined) return { headers: {} };
  return { body: JSON.stringify(json), headers: { 'content-type': 'application/json' } };
}

/** The header `date`: https://www.rfc-editor.org/rfc/rfc9110#field.date */
function dateOf({ headers }: HttpAnswer): number | undefined {
  const date = Date.parse([headers.date].flat()[0] ?? '');
  return Number.isNaN(date) ? undefined : date;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/**
 * The way to a server; nothing is sent before it is asked.
 * @param what is the subject of errors: `The check "errors"`
 * @throws UserError for an address or header that is not valid
 */
export function openJsonApi(
  { product, landmark, url, headers, timeout }: ApiServer,
  what: string,
): JsonApi {
  const address = parseAddress(url, `${what}: the address of ${product}`);
  const own = requestHeaders(headers, what);
  const shown = `${product} at ${address.shown}`;
  return {
    shown,
    ask: async (request, schema, signal) => {
      const { body, headers: kind } = bodyOf(request);
      try {
        const answer = await sendRequest(
          {
            method: request.method,
            address: { ...address, url: below(address, request.path, request.query) },
            headers: { ...own, ...kind },
            ...(body === undefined ? {} : { body }),
            timeout,
          },
          signal,
        );
        const { success, data } = schema.safeParse(answer.cut ? undefined : parsed(answer.body));
        if (success) return { status: answer.status, body: data, date: dateOf(answer) };
        const location = [answer.headers.location].flat()[0];
        const excerpt = excerptOf(answer.body);
        const given = answer.cut
          ? 'an answer of more than 1 MiB'
          : location
            ? `a redirect to ${oneLine(location)}`
            : 'no answer of its API';
        const trouble = providerError(
          `HTTP ${answer.status}`,
          `${shown} gave ${given} (HTTP ${answer.status})`,
          answer.cut
            ? 'Narrow down what is asked for, so that the answer is shorter.'
            : `Is this the address of ${product} itself, below which ${landmark} is, and may it be asked?`,
          excerpt && !answer.cut ? { excerpt } : {},
        );
        return { trouble };
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        const trouble = providerError(
          error.message,
          `${shown} does not answer: ${error.message}`,
          error.hint ?? 'Is the address right, and reachable from this runner?',
        );
        return { trouble };
      }
    },
  };
}
