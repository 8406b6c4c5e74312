import { UserError } from '../../errors.ts';

/** What PAAL itself reads of a connection string; the driver reads the rest. */
export interface MongodbUri {
  /** Hosts as written, without credentials: `a.example:27017,b.example`. */
  readonly hosts: string;
  /** The database of the path. */
  readonly database: string | undefined;
  /** Option `serverSelectionTimeoutMS`, where it is given. */
  readonly serverSelectionTimeout: number | undefined;
}

const FORM = /^mongodb(?:\+srv)?:\/\/(?:[^@]*@)?([^/?@]+)(?:\/([^?]*))?(?:\?(.*))?$/;
const SECRET_OPTIONS =
  /(?:^|[?&,:=])(?:proxyPassword=|tlsCertificateKeyFilePassword=|AWS_SESSION_TOKEN:)([^&,]+)/gi;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Everything in `uri` that must not be shown, also when it is malformed: itself, its passwords. */
export function secretsOfUri(uri: string): readonly string[] {
  const userinfo = /^[^/]*\/\/(.*)@/s.exec(uri)?.[1] ?? '';
  const colon = userinfo.indexOf(':');
  const password = colon < 0 ? '' : userinfo.slice(colon + 1);
  const options = [...uri.matchAll(SECRET_OPTIONS)].map(([, value = '']) => value);
  const values = [password, ...options].filter((value) => value !== '');
  return [...new Set([uri, ...values, ...values.map(decoded)])];
}

/**
 * Reads a connection string (https://www.mongodb.com/docs/manual/reference/connection-string/).
 * @throws UserError that shows nothing of it
 */
export function parseMongodbUri(uri: string): MongodbUri {
  const match = FORM.exec(uri);
  // An @ in a password that is not encoded would make a part of the password the host's name.
  if (!match || uri.split('@').length > 2) {
    throw new UserError(
      'The input "uri" is not a MongoDB connection string. Write mongodb://user:password@host:27017/database ' +
        'or mongodb+srv://…, and percent-encode @ : / ? # [ ] % in user and password (@ is %40).',
    );
  }
  const [, hosts = '', path = '', query = ''] = match;
  const timeout = /(?:^|&)serverSelectionTimeoutMS=(\d+)/i.exec(query)?.[1];
  return {
    hosts,
    database: path === '' ? undefined : decoded(path),
    serverSelectionTimeout: timeout === undefined ? undefined : Number(timeout),
  };
}
