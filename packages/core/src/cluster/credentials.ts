import { HttpMethod, type KubeConfig, RequestContext } from '@kubernetes/client-node';
import { Agent, type Dispatcher } from 'undici';
import type { Clock } from '../clock.ts';
import { errorMessage, UserError } from '../errors.ts';
import { UnreachableError } from './api-error.ts';
import { freshKubeConfig } from './fresh-kubeconfig.ts';

/** What a request is sent with. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: Dispatcher;
}

/** The credentials of a kubeconfig's current user, fetched when they are first needed. */
export interface SignIn {
  /**
   * @throws UserError when they cannot be had, UnreachableError when they were had before; the next
   *   call tries again
   */
  credentials(signal: AbortSignal | undefined): Promise<Credentials>;
  /** `refused` have expired: the next call fetches new ones, once however many ask. */
  renew(refused: Credentials): void;
  close(): Promise<void>;
}

/** Credential plugins ask a cloud, and some of them ask a person, who is not there. */
const LONGEST_SIGN_IN = 60_000;

async function fetchCredentials(config: KubeConfig, clock: Clock): Promise<Credentials> {
  const server = config.getCurrentCluster()?.server ?? '';
  const context = new RequestContext(server, HttpMethod.GET);
  const done = new AbortController();
  const late = clock.sleep(LONGEST_SIGN_IN, done.signal).then(
    () => {
      throw new Error(`no answer within ${LONGEST_SIGN_IN / 1_000} s`);
    },
    () => undefined,
  );
  try {
    await Promise.race([
      freshKubeConfig(config, process.env).applySecurityAuthentication(context),
      late,
    ]);
  } catch (error) {
    throw new UserError(
      `The credentials for ${server} could not be had: ${errorMessage(error).trim()}. ` +
        "Check the user of the kubeconfig's current context.",
      { cause: error },
    );
  } finally {
    done.abort();
  }
  return {
    headers: context.getHeaders(),
    dispatcher: context.getDispatcher() ?? new Agent(),
  };
}

/** `promise`, or a rejection with the signal's reason, whichever comes first. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return await promise;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Signs in as the user of `config`, again whenever what that gave is refused. */
export function signIn(config: KubeConfig, clock: Clock): SignIn {
  let current: Promise<Credentials> | undefined;
  let known: Credentials | undefined;
  let wasSignedIn = false;
  let isClosed = false;
  const dispatchers = new Set<Dispatcher>();

  const fetchAnew = async (): Promise<Credentials> => {
    try {
      known = await fetchCredentials(config, clock);
      wasSignedIn = true;
      dispatchers.add(known.dispatcher);
      if (isClosed) await known.dispatcher.destroy();
      return known;
    } catch (error) {
      current = undefined;
      // What has worked before is not set up wrongly, and may work again.
      if (!wasSignedIn) throw error;
      throw new UnreachableError(errorMessage(error), 'not-sent', { cause: error });
    }
  };

  return {
    credentials: async (signal) => {
      signal?.throwIfAborted();
      current ??= fetchAnew();
      return await orAborted(current, signal);
    },
    renew: (refused) => {
      if (refused !== known) return;
      current = undefined;
      known = undefined;
      // Watches that are open with the old credentials go on to their end.
      const { dispatcher } = refused;
      const forget = (): boolean => dispatchers.delete(dispatcher);
      void dispatcher.close().then(forget, forget);
    },
    close: async () => {
      // A credential plugin that does not answer is not waited for.
      isClosed = true;
      for (const dispatcher of dispatchers) await dispatcher.destroy();
    },
  };
}
