import { hasCode } from './api-error.ts';
import type { KubeRequest } from './connection.ts';
import type { KubeObject } from './object.ts';

type Json = Readonly<Record<string, unknown>>;

function asJson(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

/**
 * Whether a write that has been repeated may be refused only because the first one took effect: what
 * is created is there already (409), what is deleted is gone (404; 409 with a UID as precondition),
 * what is tested or named by resourceVersion has changed (422, 409).
 */
export function mayBeRefusedForFirst({ method, query }: KubeRequest, error: unknown): boolean {
  if (method === 'GET' || query?.dryRun) return false;
  if (method === 'DELETE') return hasCode(error, 404) || hasCode(error, 409);
  return hasCode(error, 409) || (method === 'PATCH' && hasCode(error, 422));
}

/** The path of the object that a write is about. */
export function writtenPath({ method, path, body }: KubeRequest): string {
  if (method !== 'POST') return path;
  return `${path}/${encodeURIComponent(String(asJson(asJson(body).metadata).name))}`;
}

/**
 * Whether `live` has everything that `sent` says: fields that the server or others have added do not
 * matter, null stands for a field that is not there, and empty is as good as missing.
 */
function covers(live: unknown, sent: unknown): boolean {
  if (sent === null) return live === undefined || live === null;
  if (Array.isArray(sent)) {
    const items: readonly unknown[] = Array.isArray(live) ? live : [];
    return items.length === sent.length && sent.every((item, i) => covers(items[i], item));
  }
  if (typeof sent === 'object') {
    return Object.entries(sent).every(([key, value]) => covers(asJson(live)[key], value));
  }
  return live === sent;
}

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value?: unknown;
}

/** Whether the document says what an operation of a JSON patch (RFC 6902) makes it say. */
function isDone(live: unknown, { op, path, value }: Operation): boolean {
  if (op === 'test') return true;
  const segments = path
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = segments.pop() ?? '';
  const parent = segments.reduce<unknown>((at, segment) => asJson(at)[segment], live);
  if (op === 'remove') return asJson(parent)[last] === undefined;
  if (last === '-') return Array.isArray(parent) && parent.some((item) => covers(item, value));
  return covers(asJson(parent)[last], value);
}

/** An object as sent, without the version that a write itself changes. */
function withoutVersion(body: unknown): Json {
  const { resourceVersion: _, ...metadata } = asJson(asJson(body).metadata);
  return { ...asJson(body), metadata };
}

/**
 * Whether the cluster is as a write would have it. Where that cannot be told (a value that the server
 * writes in another form, an item taken out of a list), the answer is no.
 * @param live the object that the write is about; `undefined` when there is none
 */
export function isInEffect(request: KubeRequest, live: KubeObject | undefined): boolean {
  const { method, body } = request;
  if (method === 'DELETE') {
    const uid = asJson(asJson(body).preconditions).uid;
    return live === undefined || (uid !== undefined && live.metadata.uid !== uid);
  }
  if (live === undefined) return false;
  if (!Array.isArray(body)) return covers(live, withoutVersion(body));
  const operations = body as readonly Operation[];
  return operations.some(({ op }) => op !== 'test') && operations.every((one) => isDone(live, one));
}
