import { UserError } from '../errors.ts';

/** The API server's answer to a request that it refused. */
export interface Status {
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: {
    readonly retryAfterSeconds?: number;
    readonly causes?: readonly StatusCause[];
  };
}

/** One of several reasons for a refusal, such as a field that somebody else manages. */
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** What a request needs to be allowed to do. */
export interface AccessRule {
  readonly group: string;
  /** Plural name, with the subresource: `pods/log`. */
  readonly resource: string;
  readonly verb: string;
}

/** A refusal by the API server, as a sentence: what was tried, what the server said, what to do. */
export class ApiError extends UserError {
  readonly code: number;
  readonly reason: string;
  readonly status: Status;
  /** Milliseconds that the server asks to wait before the next attempt. */
  readonly retryAfter: number | undefined;
  /** What the request needed to be allowed to do; missing for paths that are no resources. */
  readonly rule: AccessRule | undefined;

  constructor(
    message: string,
    code: number,
    status: Status,
    retryAfter: number | undefined,
    rule?: AccessRule,
  ) {
    super(message);
    this.code = code;
    this.reason = status.reason ?? '';
    this.status = status;
    this.retryAfter = retryAfter;
    this.rule = rule;
  }
}

/**
 * How an answer of the API server failed to come: the request was not sent; the connection broke; time
 * ran out; something between, such as a load balancer, answered in its place.
 */
export type Unreachability = 'not-sent' | 'broken' | 'unanswered' | 'intercepted';

/** The API server could not be reached, or did not answer. */
export class UnreachableError extends UserError {
  readonly how: Unreachability;
  /** Milliseconds that whoever answered asks to wait before the next attempt. */
  readonly retryAfter: number | undefined;

  constructor(
    message: string,
    how: Unreachability,
    options: { cause?: unknown; retryAfter?: number | undefined } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : {});
    this.how = how;
    this.retryAfter = options.retryAfter;
  }
}

/** The server does not know a type, a duplicate name or a field: bad input that is sent as a 500. */
const BAD_INPUT = /failed to create typed patch object|failed to convert .* to proper version/;

/** Whether the same request may succeed a little later. */
export function isTransient(error: unknown): boolean {
  if (error instanceof UnreachableError) return true;
  if (!(error instanceof ApiError)) return false;
  return error.code === 429 || (error.code >= 500 && !BAD_INPUT.test(error.message));
}

/**
 * Whether a write that failed so may have been stored all the same: the answer was lost, or etcd or
 * something between gave up waiting for it. A 429 is refused before anything is done.
 */
export function mayHaveTakenEffect(error: unknown): boolean {
  if (error instanceof UnreachableError) return error.how !== 'not-sent';
  return error instanceof ApiError && error.code >= 500 && isTransient(error);
}

/** Whether the API server answered `code`. */
export function hasCode(error: unknown, code: number): boolean {
  return error instanceof ApiError && error.code === code;
}

const READ_VERBS: Readonly<Record<string, string>> = { true: 'get', false: 'list' };

/**
 * The permission that a request needs, read from its method and path as the API server does
 * (k8s.io/apiserver/pkg/endpoints/request/requestinfo.go); `undefined` for non-resource paths.
 */
export function accessRuleOf(
  method: string,
  path: string,
  query: Readonly<Record<string, string>> = {},
): AccessRule | undefined {
  const match =
    /^\/(?:api\/v1|apis\/(?<group>[^/]+)\/[^/]+)(?:\/namespaces\/[^/]+)?\/(?<resource>[a-z]+)(?:\/(?<name>[^/]+)(?:\/(?<subresource>[a-z]+))?)?$/.exec(
      path,
    );
  const { group = '', resource, name, subresource } = match?.groups ?? {};
  if (!resource) return undefined;
  const verbs: Readonly<Record<string, string | undefined>> = {
    GET: query.watch ? 'watch' : READ_VERBS[String(name !== undefined)],
    POST: 'create',
    PUT: 'update',
    PATCH: 'patch',
    DELETE: name === undefined ? 'deletecollection' : 'delete',
  };
  return {
    group,
    resource: subresource ? `${resource}/${subresource}` : resource,
    verb: verbs[method] ?? method.toLowerCase(),
  };
}

/** RBAC rules that grant `rules`, as YAML to paste into a Role. */
export function rbacRules(rules: readonly AccessRule[]): string {
  const verbs = new Map<string, readonly string[]>();
  for (const { group, resource, verb } of rules) {
    const key = JSON.stringify({ apiGroups: [group], resources: [resource] });
    verbs.set(key, [...new Set([...(verbs.get(key) ?? []), verb])]);
  }
  // JSON is YAML, and a rule on one line is easier to paste.
  return [...verbs]
    .map(([key, list]) => `- ${key.slice(0, -1)},"verbs":${JSON.stringify(list)}}`)
    .join('\n');
}
