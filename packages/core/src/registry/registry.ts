import { EnvHttpProxyAgent, request as send } from 'undici';
import { errorMessage } from '../errors.ts';
import type { ImageReference } from './reference.ts';

/** Whether a tag still names an image; `unknown` with the reason where nobody can tell. */
export type TagAnswer =
  | { readonly names: 'same' }
  | { readonly names: 'another'; readonly digest: string }
  | { readonly names: 'nothing' }
  | { readonly names: 'unknown'; readonly because: string };

const INDEX = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
const MANIFEST = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const ACCEPT = [...INDEX, ...MANIFEST].join(', ');

/** Docker and containerd speak plain HTTP with a registry on this machine, and with no other. */
function baseUrl(registry: string): string {
  if (registry === 'docker.io') return 'https://registry-1.docker.io';
  const plain = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(registry);
  return `${plain ? 'http' : 'https'}://${registry}`;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Asks registries, as the distribution specification has it (https://distribution.github.io). */
export interface RegistryClient {
  /** Whether the tag of `image` names the image with that digest, or one for several platforms that has it. */
  compare(image: ImageReference, digest: string, signal: AbortSignal): Promise<TagAnswer>;
  /**
   * Whether the registry has the image; `undefined` where nobody can tell. That it does not is believed
   * only where it lists the repository's tags to us: it may hide what needs a sign-in (distribution
   * specification, NAME_UNKNOWN).
   */
  has(image: ImageReference, signal: AbortSignal): Promise<boolean | undefined>;
  close(): Promise<void>;
}

/** What `WWW-Authenticate` asks for: `Bearer realm="…",service="…",scope="…"`. */
function challengeOf(header: string): {
  readonly scheme: string;
  readonly values: Map<string, string>;
} {
  const [scheme = ''] = header.split(' ');
  const values = [...header.matchAll(/(\w+)="([^"]*)"/g)].map(
    ([, name = '', value = '']) => [name.toLowerCase(), value] as const,
  );
  return { scheme: scheme.toLowerCase(), values: new Map(values) };
}

/**
 * A client with the credentials that `login` gives for a registry, or anonymous.
 * Honours HTTP_PROXY, HTTPS_PROXY and NO_PROXY.
 */
export function registryClient(
  login: (registry: string) => Promise<string | undefined>,
): RegistryClient {
  let dispatcher: EnvHttpProxyAgent | undefined;
  const tokens = new Map<string, string>();

  const ask = async (
    method: 'GET' | 'HEAD',
    url: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Answer> => {
    // Not before it is needed: it refuses a proxy's address that is none.
    dispatcher ??= new EnvHttpProxyAgent({ allowH2: false });
    const answer = await send(url, {
      method,
      headers: { 'user-agent': 'paal', ...headers },
      dispatcher,
      signal,
    });
    const body = await answer.body.text();
    return { status: answer.statusCode, headers: answer.headers, body };
  };

  /** The header with which a registry lets us in; `undefined` when it will not. */
  const authorize = async (
    registry: string,
    challenge: string,
    signal: AbortSignal,
  ): Promise<string | undefined> => {
    const { scheme, values } = challengeOf(challenge);
    const basic = await login(registry);
    if (scheme === 'basic') return basic;
    const realm = values.get('realm');
    if (scheme !== 'bearer' || !realm) return undefined;
    const url = new URL(realm);
    for (const name of ['service', 'scope']) {
      const value = values.get(name);
      if (value) url.searchParams.set(name, value);
    }
    const { status, body } = await ask(
      'GET',
      url.href,
      basic ? { authorization: basic } : {},
      signal,
    );
    if (status !== 200) return undefined;
    const { token, access_token: accessToken } = JSON.parse(body) as {
      readonly token?: string;
      readonly access_token?: string;
    };
    return `Bearer ${token ?? accessToken ?? ''}`;
  };

  /** Asks for what is at `path` of a repository, signed in where the registry wants that. */
  const look = async (
    method: 'GET' | 'HEAD',
    { registry, repository }: ImageReference,
    path: string,
    signal: AbortSignal,
  ): Promise<Answer> => {
    const url = `${baseUrl(registry)}/v2/${repository}/${path}`;
    const key = `${registry}/${repository}`;
    const attempt = async (): Promise<Answer> => {
      const authorization = tokens.get(key);
      const headers = { accept: ACCEPT, ...(authorization ? { authorization } : {}) };
      return await ask(method, url, headers, signal);
    };
    const answer = await attempt();
    if (answer.status !== 401) return answer;
    const token = await authorize(
      registry,
      String(answer.headers['www-authenticate'] ?? ''),
      signal,
    );
    if (!token) return answer;
    tokens.set(key, token);
    return await attempt();
  };

  const manifest = async (
    method: 'GET' | 'HEAD',
    image: ImageReference,
    signal: AbortSignal,
  ): Promise<Answer> => await look(method, image, `manifests/${image.digest ?? image.tag}`, signal);

  return {
    compare: async (image, digest, signal) => {
      try {
        // Registries count a GET as a pull (Docker Hub limits those), and a HEAD not.
        const head = await manifest('HEAD', image, signal);
        if (head.status === 404) return { names: 'nothing' };
        if (head.status !== 200) return { names: 'unknown', because: `it answered ${head.status}` };
        const named = String(head.headers['docker-content-digest'] ?? '');
        if (named === '') return { names: 'unknown', because: 'it names no digest' };
        if (named === digest) return { names: 'same' };
        // A runtime may report the image of its own platform in place of the index.
        if (INDEX.includes(String(head.headers['content-type'] ?? ''))) {
          const { status, body } = await manifest('GET', image, signal);
          if (status !== 200) return { names: 'unknown', because: `it answered ${status}` };
          const { manifests = [] } = JSON.parse(body) as {
            readonly manifests?: readonly { readonly digest?: string }[];
          };
          if (manifests.some((one) => one.digest === digest)) return { names: 'same' };
        }
        return { names: 'another', digest: named };
      } catch (error) {
        return { names: 'unknown', because: errorMessage(error) };
      }
    },
    has: async (image, signal) => {
      try {
        const { status } = await manifest('HEAD', image, signal);
        if (status !== 404) return status === 200 ? true : undefined;
        const tags = await look('GET', image, 'tags/list?n=1', signal);
        return tags.status === 200 ? false : undefined;
      } catch {
        return undefined;
      }
    },
    close: async () => {
      await dispatcher?.destroy();
    },
  };
}
