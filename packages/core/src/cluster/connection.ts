import { HttpMethod, KubeConfig, RequestContext } from '@kubernetes/client-node';
import pRetry from 'p-retry';
import { Agent, type Dispatcher, request as send } from 'undici';
import { type Clock, systemClock } from '../clock.ts';
import { errorMessage, UserError } from '../errors.ts';
import { ApiError, accessRuleOf, apiError, isTransient, UnreachableError } from './api-error.ts';

/** A request to the API server. */
export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly contentType?: string;
  /** Default: application/json. */
  readonly accept?: string;
  /** What it is for, as in "The API server refused to …": `apply deployment/web in namespace shop`. */
  readonly purpose: string;
}

/** How long, and until when, a request is tried again. */
export interface RequestOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds for which transient refusals are tried again; default 10 s. */
  readonly patience?: number;
}

/** A way to one API server. */
export interface Connection {
  readonly server: string;
  /** Namespace of the kubeconfig's context; `default` where it has none. */
  readonly namespace: string;
  /**
   * Sends a request, again when it was refused for a transient reason, and gives the JSON answer.
   * @throws ApiError when the server refuses, UnreachableError when it cannot be asked
   */
  request<T>(request: KubeRequest, options?: RequestOptions): Promise<T>;
  /** Sends a GET once and gives the answer's text as it comes. */
  stream(request: KubeRequest, signal: AbortSignal): Promise<AsyncIterable<string>>;
  close(): Promise<void>;
}

const HEADERS_TIMEOUT = 30_000;

interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: Dispatcher;
}

/**
 * The kubeconfig of the environment: KUBECONFIG, else ~/.kube/config, else the pod's own.
 * @throws UserError when there is none, or when its current context is not usable
 */
export function loadKubeConfig(): KubeConfig {
  const config = new KubeConfig();
  try {
    config.loadFromDefault();
  } catch (error) {
    throw new UserError(
      `The kubeconfig cannot be read: ${errorMessage(error)}. Give one to paal/setup, or set KUBECONFIG.`,
      { cause: error },
    );
  }
  // loadFromDefault falls back to http://localhost:8080 instead of failing.
  if (
    !config.getCurrentCluster() ||
    config.getCurrentCluster()?.server === 'http://localhost:8080'
  ) {
    throw new UserError(
      'No cluster is configured: there is no kubeconfig with a current context. ' +
        'Give one to paal/setup, or set KUBECONFIG.',
    );
  }
  return config;
}

async function signIn(config: KubeConfig, server: string): Promise<Credentials> {
  const context = new RequestContext(server, HttpMethod.GET);
  try {
    await config.applySecurityAuthentication(context);
  } catch (error) {
    throw new UserError(
      `The credentials for ${server} could not be had: ${errorMessage(error)}. ` +
        "Check the user of the kubeconfig's current context.",
      { cause: error },
    );
  }
  return {
    headers: context.getHeaders(),
    dispatcher: context.getDispatcher() ?? new Agent(),
  };
}

function unreachable(server: string, purpose: string, error: unknown): UnreachableError {
  const { code = '' } = error as NodeJS.ErrnoException;
  return new UnreachableError(
    `The API server ${server} could not be asked to ${purpose}: ${errorMessage(error) || code}. ` +
      'Is the address right, and reachable from this runner?',
    { cause: error },
  );
}

/** Connects to the current context's API server. Nothing is sent before the first request. */
export function connect(config: KubeConfig, clock: Clock = systemClock): Connection {
  const server = config.getCurrentCluster()?.server.replace(/\/+$/, '') ?? '';
  let credentials: Promise<Credentials> | undefined;
  const opened: Promise<Credentials>[] = [];

  const authenticate = (): Promise<Credentials> => {
    credentials ??= signIn(config, server);
    if (!opened.includes(credentials)) opened.push(credentials);
    return credentials;
  };

  const exchange = async (
    request: KubeRequest,
    signal: AbortSignal | undefined,
    bodyTimeout: number,
  ): Promise<Dispatcher.ResponseData> => {
    signal?.throwIfAborted();
    const { headers, dispatcher } = await authenticate();
    const url = new URL(server + request.path);
    for (const [key, value] of Object.entries(request.query ?? {}))
      url.searchParams.set(key, value);
    try {
      return await send(url, {
        method: request.method,
        dispatcher,
        headers: {
          ...headers,
          accept: request.accept ?? 'application/json',
          'user-agent': 'paal',
          ...(request.body === undefined
            ? {}
            : { 'content-type': request.contentType ?? 'application/json' }),
        },
        body: request.body === undefined ? null : JSON.stringify(request.body),
        headersTimeout: HEADERS_TIMEOUT,
        bodyTimeout,
        ...(signal ? { signal } : {}),
      });
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw unreachable(server, request.purpose, error);
    }
  };

  /** One attempt; a 401 is tried once more with fresh credentials, because tokens expire. */
  const attempt = async (
    request: KubeRequest,
    signal: AbortSignal | undefined,
    bodyTimeout: number,
  ): Promise<Dispatcher.ResponseData> => {
    const used = authenticate();
    let response = await exchange(request, signal, bodyTimeout);
    if (response.statusCode === 401) {
      await response.body.dump();
      if (credentials === used) credentials = undefined;
      response = await exchange(request, signal, bodyTimeout);
    }
    if (response.statusCode < 400) return response;
    const rule = accessRuleOf(request.method, request.path, request.query);
    const retryAfter = response.headers['retry-after'];
    throw apiError(
      request.purpose,
      response.statusCode,
      await response.body.text(),
      rule,
      typeof retryAfter === 'string' ? retryAfter : undefined,
    );
  };

  const readJson = async <T>(request: KubeRequest, signal: AbortSignal | undefined): Promise<T> => {
    const response = await attempt(request, signal, HEADERS_TIMEOUT);
    try {
      return (await response.body.json()) as T;
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw unreachable(server, request.purpose, error);
    }
  };

  return {
    server,
    namespace: config.getContextObject(config.getCurrentContext())?.namespace ?? 'default',
    request: async <T>(request: KubeRequest, options: RequestOptions = {}): Promise<T> =>
      await pRetry(() => readJson<T>(request, options.signal), {
        retries: Number.POSITIVE_INFINITY,
        minTimeout: 250,
        maxTimeout: 5_000,
        factor: 2,
        randomize: true,
        maxRetryTime: options.patience ?? 10_000,
        ...(options.signal ? { signal: options.signal } : {}),
        shouldRetry: ({ error }) => isTransient(error),
        onFailedAttempt: async ({ error, retriesLeft }) => {
          const wait = error instanceof ApiError && retriesLeft > 0 ? error.retryAfter : undefined;
          if (wait) await clock.sleep(wait, options.signal);
        },
      }),
    stream: async (request, signal) => {
      const response = await attempt(request, signal, 0);
      response.body.setEncoding('utf8');
      return response.body as AsyncIterable<string>;
    },
    close: async () => {
      for (const one of await Promise.allSettled(opened)) {
        if (one.status === 'fulfilled') await one.value.dispatcher.destroy();
      }
    },
  };
}
