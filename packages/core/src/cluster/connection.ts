import { KubeConfig } from '@kubernetes/client-node';
import pLimit from 'p-limit';
import { type Clock, systemClock } from '../clock.ts';
import { errorMessage, UserError } from '../errors.ts';
import { ApiError, hasCode, mayHaveTakenEffect, UnreachableError } from './api-error.ts';
import { signIn } from './credentials.ts';
import { exchangesWith } from './exchange.ts';
import type { Forwarded, ForwardRequest } from './forwarded.ts';
import type { KubeObject } from './object.ts';
import { isInEffect, mayBeRefusedForFirst, writtenPath } from './repeat.ts';
import { type Attempts, nextAttempt, withAttempts } from './retry.ts';

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
  /**
   * Milliseconds for which transient refusals are tried again; default 10 s, 0 for a single attempt.
   * A first attempt that is not answered at all is repeated whatever time it has taken.
   */
  readonly patience?: number;
  /**
   * Milliseconds for which the first attempt waits for an answer, and then for each next part of it;
   * default 5 s for reads, 15 s for writes. An attempt after one without an answer waits twice as long.
   */
  readonly timeout?: number;
}

/** A way to one API server. */
export interface Connection {
  readonly server: string;
  /** Namespace of the kubeconfig's context; `default` where it has none. */
  readonly namespace: string;
  /**
   * Sends a request, again when it was refused for a transient reason, and gives the JSON answer. A
   * write that is refused because an earlier attempt, whose answer was lost, has taken effect is no
   * failure: it gives the object as it is now (a `Status` where it was deleted).
   * @throws ApiError when the server refuses, UnreachableError when it cannot be asked
   */
  request<T>(request: KubeRequest, options?: RequestOptions): Promise<T>;
  /** Sends a GET once and gives the answer's text as it comes. */
  stream(request: KubeRequest, signal: AbortSignal): Promise<AsyncIterable<string>>;
  /**
   * Sends a request once that the API server hands on, such as to a pod, and gives the answer, whatever its
   * status and whoever gave it.
   * @throws UnreachableError when there is none, or none in time
   */
  forward(request: ForwardRequest, signal: AbortSignal): Promise<Forwarded>;
  close(): Promise<void>;
}

/** Default of `RequestOptions.patience`. */
export const PATIENCE = 10_000;
/** Each is a connection of its own; the API server shares itself out among all its clients. */
const MOST_AT_ONCE = 16;
const READ_TIMEOUT = 5_000;
/** Admission webhooks may take 10 s each, unless their owner has set another time. */
const WRITE_TIMEOUT = 15_000;

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

/** Connects to the current context's API server. Nothing is sent before the first request. */
export function connect(config: KubeConfig, clock: Clock = systemClock): Connection {
  const server = config.getCurrentCluster()?.server.replace(/\/+$/, '') ?? '';
  const session = signIn(config, clock);
  const exchange = exchangesWith(server, session, clock);
  const inTurn = pLimit(MOST_AT_ONCE);

  const request = async <T>(asked: KubeRequest, options: RequestOptions = {}): Promise<T> => {
    const { signal, patience = PATIENCE } = options;
    let timeout = options.timeout ?? (asked.method === 'GET' ? READ_TIMEOUT : WRITE_TIMEOUT);
    const isWrite = asked.method !== 'GET' && !asked.query?.dryRun;
    let unsure = false;
    const begin = clock.now();
    for (let made = 1; ; made += 1) {
      try {
        return await inTurn(() => exchange.json<T>(asked, timeout, signal));
      } catch (error) {
        signal?.throwIfAborted();
        if (unsure && mayBeRefusedForFirst(asked, error)) {
          const effect = await effectOf<T>(asked, options);
          if (effect !== undefined) return effect;
        }
        unsure ||= isWrite && mayHaveTakenEffect(error);
        const attempts: Attempts = { made, elapsed: clock.now() - begin, patience, unsure };
        const pause = nextAttempt(error, attempts, Math.random());
        if (pause === undefined) throw withAttempts(error, attempts);
        if (error instanceof UnreachableError && error.how === 'unanswered') timeout *= 2;
        await clock.sleep(pause, signal);
      }
    }
  };

  /** What a write gives whose repeat was refused, when that was because the first took effect. */
  const effectOf = async <T>(
    write: KubeRequest,
    { signal }: RequestOptions,
  ): Promise<T | undefined> => {
    const purpose = `see what became of the attempt to ${write.purpose}`;
    const read: KubeRequest = { method: 'GET', path: writtenPath(write), purpose };
    let live: KubeObject | undefined;
    try {
      live = await request<KubeObject>(read, signal ? { signal } : {});
    } catch (error) {
      // Who may not look has to go by the refusal.
      if (!(error instanceof ApiError)) throw error;
      if (!hasCode(error, 404)) return undefined;
    }
    if (!isInEffect(write, live)) return undefined;
    return (write.method === 'DELETE' ? { kind: 'Status', status: 'Success' } : live) as T;
  };

  return {
    server,
    namespace: config.getContextObject(config.getCurrentContext())?.namespace ?? 'default',
    request,
    stream: async (asked, signal) => {
      const { body } = await exchange.answer(asked, { answer: READ_TIMEOUT, body: 0 }, signal);
      body.setEncoding('utf8');
      return body as AsyncIterable<string>;
    },
    forward: async (asked, signal) => await inTurn(() => exchange.forward(asked, signal)),
    close: () => session.close(),
  };
}
