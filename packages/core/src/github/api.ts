import { EnvHttpProxyAgent, request as send } from 'undici';
import type { Clock } from '../clock.ts';
import { errorMessage } from '../errors.ts';
import { isPermanent, pauseBeforeRetry, retryAfterOf } from './retry.ts';

/** How GitHub's REST API is reached. */
export interface GitHubAccess {
  /** `GITHUB_API_URL`, which is another on GitHub Enterprise Server. */
  readonly apiUrl: string;
  /** Goes into a header, and nowhere else. */
  readonly token: string;
  /** `owner/name`. */
  readonly repository: string;
}

/** What GitHub, or the way to it, has said no to. */
export class GitHubError extends Error {
  override readonly name = 'GitHubError';
  /** `undefined` when there was no answer. */
  readonly status: number | undefined;
  /** Milliseconds that GitHub asks to wait. */
  readonly retryAfter: number | undefined;

  constructor(message: string, status?: number, retryAfter?: number, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** The requests below `/repos/OWNER/NAME`. */
export interface GitHubApi {
  /** @throws GitHubError, once trying again does not help; the signal's reason when it aborts */
  get<T>(path: string, signal: AbortSignal): Promise<T>;
  /** The same; what is posted twice because an answer was lost, must do no harm. */
  post<T>(path: string, body: object, signal: AbortSignal): Promise<T>;
  /**
   * Posts what must not be there twice: before it is posted again, `find` says whether the answer alone
   * was lost.
   */
  create<T>(
    path: string,
    body: object,
    find: () => Promise<T | undefined>,
    signal: AbortSignal,
  ): Promise<T>;
  /** Changes what is there; a second time that changes nothing more. */
  patch<T>(path: string, body: object, signal: AbortSignal): Promise<T>;
  /**
   * Asks GraphQL, for the little that REST does not tell; gives `data`.
   * @throws GitHubError also for an answer with errors
   */
  query<T>(document: string, signal: AbortSignal): Promise<T>;
  close(): Promise<void>;
}

/** Milliseconds for one attempt, from the look-up of the name to the end of the answer. */
const ATTEMPT = 5_000;

interface GraphqlAnswer<T> {
  readonly data?: T;
  readonly errors?: readonly { readonly message?: string }[];
}

function saidBy(body: string): string {
  try {
    const { message } = JSON.parse(body) as { readonly message?: unknown };
    return typeof message === 'string' ? `: ${message}` : '';
  } catch {
    return '';
  }
}

/**
 * GitHub's REST API for one repository, tried again where that may help.
 * Honours HTTP_PROXY, HTTPS_PROXY and NO_PROXY.
 */
export function githubApi({ apiUrl, token, repository }: GitHubAccess, clock: Clock): GitHubApi {
  const root = apiUrl.replace(/\/+$/, '');
  const base = `${root}/repos/${repository}`;
  // https://api.github.com/graphql, and https://HOST/api/graphql beside https://HOST/api/v3.
  const graphql = `${root.replace(/\/v3$/, '')}/graphql`;
  let dispatcher: EnvHttpProxyAgent | undefined;

  const once = async <T>(
    method: 'GET' | 'POST' | 'PATCH',
    url: string,
    body: object | undefined,
    signal: AbortSignal,
  ): Promise<T> => {
    const what = `${method} ${url.replace(/\?.*/, '')}`;
    const deadline = AbortSignal.timeout(ATTEMPT);
    let status: number;
    let headers: Readonly<Record<string, string | string[] | undefined>>;
    let text: string;
    try {
      // Not before it is needed: it refuses a proxy's address that is none.
      dispatcher ??= new EnvHttpProxyAgent({ allowH2: false });
      const answer = await send(url, {
        method,
        headers: {
          accept: 'application/vnd.github+json',
          authorization: `Bearer ${token}`,
          'user-agent': 'paal',
          'x-github-api-version': '2022-11-28',
          ...(body ? { 'content-type': 'application/json' } : {}),
        },
        body: body ? JSON.stringify(body) : null,
        dispatcher,
        signal: AbortSignal.any([signal, deadline]),
      });
      ({ statusCode: status, headers } = answer);
      text = await answer.body.text();
    } catch (error) {
      signal.throwIfAborted();
      const why = deadline.aborted ? `no answer within ${ATTEMPT / 1_000} s` : errorMessage(error);
      throw new GitHubError(`${what}: ${why}`, undefined, undefined, { cause: error });
    }
    if (status < 200 || status > 299) {
      const wait = retryAfterOf(status, headers);
      throw new GitHubError(`${what} was answered ${status}${saidBy(text)}`, status, wait);
    }
    try {
      return JSON.parse(text) as T;
    } catch (error) {
      const message = `${what} was answered with what is no JSON`;
      throw new GitHubError(message, undefined, undefined, { cause: error });
    }
  };

  const patiently = async <T>(
    attempt: (made: number) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> => {
    for (let made = 0; ; made += 1) {
      try {
        return await attempt(made);
      } catch (error) {
        if (!(error instanceof GitHubError) || isPermanent(error)) throw error;
        const pause = pauseBeforeRetry(error, made + 1, Math.random());
        if (pause === undefined) throw error;
        await clock.sleep(pause, signal);
      }
    }
  };

  return {
    get: (path, signal) => patiently(() => once('GET', base + path, undefined, signal), signal),
    post: (path, body, signal) => patiently(() => once('POST', base + path, body, signal), signal),
    patch: (path, body, signal) =>
      patiently(() => once('PATCH', base + path, body, signal), signal),
    query: <T>(document: string, signal: AbortSignal) =>
      patiently(async () => {
        const body = { query: document };
        const { data, errors } = await once<GraphqlAnswer<T>>('POST', graphql, body, signal);
        if (data && !errors?.length) return data;
        throw new GitHubError(`POST ${graphql}: ${errors?.[0]?.message ?? 'no data'}`, 422);
      }, signal),
    create: <T>(
      path: string,
      body: object,
      find: () => Promise<T | undefined>,
      signal: AbortSignal,
    ) =>
      patiently(async (made) => {
        const found = made > 0 ? await find() : undefined;
        return found ?? (await once<T>('POST', base + path, body, signal));
      }, signal),
    close: async () => {
      await dispatcher?.destroy();
    },
  };
}
