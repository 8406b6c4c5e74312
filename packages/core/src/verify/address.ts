import { UserError } from '../errors.ts';

/** Where a request goes. */
export interface Address {
  /** The full address, without credentials. */
  readonly url: URL;
  /** The header `authorization` that the credentials in the address stand for. */
  readonly authorization: string | undefined;
  /** The address for people: without credentials, the values of secret parameters as `***`. */
  readonly shown: string;
}

const SECRET_NAME =
  /(?:^|[-_.])(?:access|api|auth|authorization|cookie|credentials?|key|passw(?:or)?d|pwd|secret|sig|signature|token)(?:$|[-_.])|(?:token|secret|password|(?:api|access)_?key)$/i;

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * The credentials in `text`, an address that may be malformed: user name and password before the
 * host, and parameters whose name says that their value is secret; as written, and decoded.
 */
export function credentialsInAddress(text: string): readonly string[] {
  const [, user, password] =
    /^(?:[a-z][a-z0-9+.-]*:\/\/)?([^/?#@:]*)(?::([^/?#@]*))?@/i.exec(text) ?? [];
  const parameters = [...text.matchAll(/[?&]([^=&#]+)=([^&#]*)/g)]
    .filter(([, name = '']) => SECRET_NAME.test(decode(name)))
    .map(([, , value]) => value);
  // A user name alone is how tokens are given; beside a password it is no secret.
  const written = [password ?? user, ...parameters].filter((value) => value !== undefined);
  return [...new Set(written.flatMap((value) => [value, decode(value)]))].filter(
    (value) => value !== '',
  );
}

/** The values of those of `headers` whose name says that they are secret. */
export function credentialsInHeaders(headers: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(headers)
    .filter(([name]) => SECRET_NAME.test(name))
    .flatMap(([, value]) => [value, value.replace(/^(?:apikey|bearer|basic|token)\s+/i, '')]);
}

/**
 * The address that `text` is.
 * @throws UserError, in which `what` is the subject, when it is none of http or https
 */
export function parseAddress(text: string, what: string): Address {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new UserError(
      `${what} is "${text}"; write a full address such as https://shop.example/health.`,
    );
  }
  const { username, password } = url;
  const pair = `${decode(username)}:${decode(password)}`;
  url.username = '';
  url.password = '';
  url.hash = '';
  const shown = url.href.replace(/([?&])([^=&]+)=([^&]*)/g, (whole, mark: string, name: string) =>
    SECRET_NAME.test(decode(name)) ? `${mark}${name}=***` : whole,
  );
  return {
    url,
    authorization: pair === ':' ? undefined : `Basic ${Buffer.from(pair).toString('base64')}`,
    shown,
  };
}
