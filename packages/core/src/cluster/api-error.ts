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

  constructor(message: string, code: number, status: Status, retryAfter: number | undefined) {
    super(message);
    this.code = code;
    this.reason = status.reason ?? '';
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** The API server could not be reached, or did not answer. */
export class UnreachableError extends UserError {}

/** The server does not know a type, a duplicate name or a field: bad input that is sent as a 500. */
const BAD_INPUT = /failed to create typed patch object|failed to convert .* to proper version/;

/** Whether the same request may succeed a little later. */
export function isTransient(error: unknown): boolean {
  if (error instanceof UnreachableError) return true;
  if (!(error instanceof ApiError)) return false;
  return error.code === 429 || (error.code >= 500 && !BAD_INPUT.test(error.message));
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

function adviceFor(code: number, rule: AccessRule | undefined): string {
  if (code === 401) {
    return ' The credentials of the kubeconfig are wrong or have expired.';
  }
  if (code === 403 && rule) {
    return ` Add this rule to a Role of the user:\n${rbacRules([rule])}`;
  }
  return '';
}

/**
 * The error for an answer that is not a success.
 * @param purpose what was tried, as in "The API server refused to …": `apply deployment/web in namespace shop`
 * @param retryAfter the answer's Retry-After header, in seconds
 */
export function apiError(
  purpose: string,
  code: number,
  body: string,
  rule: AccessRule | undefined,
  retryAfter: string | undefined,
): ApiError {
  let status: Status;
  try {
    status = JSON.parse(body) as Status;
  } catch {
    status = { message: body.slice(0, 300) || `HTTP ${code}` };
  }
  const text = status.message?.trim() || status.reason || `HTTP ${code}`;
  const seconds = Number(retryAfter ?? status.details?.retryAfterSeconds ?? Number.NaN);
  return new ApiError(
    `The API server refused to ${purpose} (${code}): ${text}.`.replace(/\.\.$/, '.') +
      adviceFor(code, rule),
    code,
    status,
    Number.isFinite(seconds) ? seconds * 1_000 : undefined,
  );
}
