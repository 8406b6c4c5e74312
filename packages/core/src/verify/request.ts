import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { EnvHttpProxyAgent, request as send } from 'undici';
import { formatDuration } from '../config/duration.ts';
import { errorMessage, UserError } from '../errors.ts';
import type { Address } from './address.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly address: Address;
  /** Checked by {@link requestHeaders}. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Milliseconds for everything, from the look-up of the name to the end of the body. */
  readonly timeout: number;
}

/** An answer, whatever its status. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The body, {@link BODY_LIMIT} bytes of it at most. */
  readonly body: string;
  /** Whether the body is longer. */
  readonly cut: boolean;
  /** The last moment at which the server's TLS certificate is valid; milliseconds since 1970. */
  readonly certificateEnds?: number;
}

/** There was no answer; the message says why in a few words, such as `connection refused`. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  /** What to do about it, where it is not the usual. */
  readonly hint: string | undefined;

  constructor(message: string, options: { cause?: unknown; hint?: string } = {}) {
    super(message, { cause: options.cause });
    this.hint = options.hint;
  }
}

export const BODY_LIMIT = 1024 * 1024;

/** What undici sets itself, or refuses to send. */
const RESERVED = [
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
];

/** Errors that are ours, and no matter of the network. */
const BUGS = ['TypeError', 'RangeError', 'ReferenceError', 'InvalidArgumentError'];

const CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection closed before the answer',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  ENOTFOUND: 'host name not found',
  EAI_AGAIN: 'host name could not be looked up',
  EPIPE: 'connection closed before the answer',
  ETIMEDOUT: 'connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'connection timed out',
  UND_ERR_SOCKET: 'connection closed before the answer',
};

/**
 * `headers` as they go out, names in lower case, values trimmed.
 * @throws UserError, in which `what` is the subject, for one that cannot be sent
 */
export function requestHeaders(
  headers: Readonly<Record<string, string>>,
  what: string,
): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    try {
      const [entry] = new Headers({ [name]: value });
      if (entry) result[entry[0]] = entry[1];
    } catch (error) {
      // The message of the platform would quote the value, which may be a secret.
      throw new UserError(
        `${what}: the header "${name}" is not valid: a name is letters, digits and -, and a value one line of ASCII.`,
        { cause: error },
      );
    }
    if (RESERVED.includes(name.toLowerCase())) {
      throw new UserError(`${what}: the header "${name}" cannot be set; leave it out.`);
    }
  }
  return result;
}

/** Why there was no answer; `undefined` for what is no matter of the network. */
function noAnswer(error: unknown): NoAnswer | undefined {
  if (error instanceof AggregateError && error.errors.length > 0) return noAnswer(error.errors[0]);
  const { code } = error as { code?: unknown };
  const known = typeof code === 'string' ? CAUSES[code] : undefined;
  if (known) return new NoAnswer(known, { cause: error });
  const text = errorMessage(error);
  if (typeof code === 'string' && /CERT|SELF_SIGNED|TLS|SSL|UNABLE_TO/.test(code)) {
    const hint =
      'Is this the right host? NODE_EXTRA_CA_CERTS names a file with the certificate of a private CA.';
    return new NoAnswer(`TLS: ${text.split(';')[0]}`, { cause: error, hint });
  }
  if (error instanceof Error && BUGS.includes(error.name)) return undefined;
  return new NoAnswer(`no valid HTTP answer: ${text}`, { cause: error });
}

/** The way to the server: the proxy that the environment names, or none. */
function connect(
  timeout: number,
  onCertificate: (certificate: PeerCertificate) => void,
): EnvHttpProxyAgent {
  // Called with the certificate of the server itself, also behind a proxy, once it is known to be trusted.
  const tls = {
    checkServerIdentity: (host: string, certificate: PeerCertificate) => {
      onCertificate(certificate);
      return checkServerIdentity(host, certificate);
    },
  };
  try {
    return new EnvHttpProxyAgent({ allowH2: false, connect: { timeout, ...tls }, requestTls: tls });
  } catch (error) {
    throw new UserError(
      `The proxy in HTTP_PROXY or HTTPS_PROXY is not usable: ${errorMessage(error)}. ` +
        'Write an address such as http://proxy.example:3128.',
      { cause: error },
    );
  }
}

/**
 * Sends one request over a connection of its own, so that a load balancer chooses anew each time,
 * and reads the answer. Redirects are not followed. Honours HTTP_PROXY, HTTPS_PROXY and NO_PROXY.
 * @throws NoAnswer when there is none, or none in time; the reason of `signal` once it is aborted;
 * UserError when the proxy's address is none
 */
export async function sendRequest(
  { method, address, headers, body, timeout }: HttpRequest,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const deadline = AbortSignal.timeout(Math.max(1, Math.round(timeout)));
  let certificateEnds = Number.NaN;
  const agent = connect(timeout, (certificate) => {
    certificateEnds = Date.parse(certificate.valid_to);
  });
  try {
    const answer = await send(address.url, {
      method,
      headers: {
        'user-agent': 'paal-verify-health',
        'accept-encoding': 'identity',
        'cache-control': 'no-cache',
        ...(address.authorization ? { authorization: address.authorization } : {}),
        ...headers,
      },
      body: body ?? null,
      dispatcher: agent,
      signal: AbortSignal.any([signal, deadline]),
    });
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer.body) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size > BODY_LIMIT) break;
    }
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: Buffer.concat(chunks).subarray(0, BODY_LIMIT).toString('utf8'),
      cut: size > BODY_LIMIT,
      ...(Number.isNaN(certificateEnds) ? {} : { certificateEnds }),
    };
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.aborted) throw new NoAnswer(`no answer within ${formatDuration(timeout)}`);
    throw noAnswer(error) ?? error;
  } finally {
    await agent.destroy();
  }
}
