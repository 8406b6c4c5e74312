import type { IncomingMessage } from 'node:http';

/** What a request asks for, in the words of RBAC. */
export interface RequestInfo {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** `get`, `list`, `watch`, `create` … ; the method in lower case for paths such as `/version`. */
  readonly verb: string;
  readonly group: string;
  /** Plural name, with the subresource: `pods/log`; empty for paths such as `/version`. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly watch: boolean;
}

/** A request as the proxy saw it. Times are those of `performance.now()`. */
export interface RecordedRequest extends RequestInfo {
  readonly openedAt: number;
  /** When it was answered in full, or broke off; missing while it is open. */
  readonly closedAt?: number;
  /** What the client was answered; missing while, or when, it was not answered. */
  readonly status?: number;
  /** The faults that it met. */
  readonly faults: readonly string[];
}

const RESOURCE_PATH =
  /^\/(?:api\/v1|apis\/(?<group>[^/]+)\/[^/]+)(?:\/namespaces\/(?<namespace>[^/]+))?\/(?<resource>[^/]+)(?:\/(?<name>[^/]+)(?:\/(?<subresource>[^/]+)(?:\/.*)?)?)?$/;

/** The only object that a field selector lets through, as the API server takes it for the name. */
function selectedName(query: Readonly<Record<string, string>>): string {
  return /(?:^|,)metadata\.name==?([^,]+)/.exec(query.fieldSelector ?? '')?.[1] ?? '';
}

function verbOf(method: string, hasName: boolean, watch: boolean): string {
  const verbs: Readonly<Record<string, string>> = {
    GET: watch ? 'watch' : hasName ? 'get' : 'list',
    HEAD: hasName ? 'get' : 'list',
    POST: 'create',
    PUT: 'update',
    PATCH: 'patch',
    DELETE: hasName ? 'delete' : 'deletecollection',
  };
  return verbs[method] ?? method.toLowerCase();
}

/**
 * What a request asks for, read from its method and URL as the API server does
 * (k8s.io/apiserver/pkg/endpoints/request/requestinfo.go).
 */
export function requestInfo(method: string, url: string): RequestInfo {
  const { pathname: path, searchParams } = new URL(url, 'https://localhost');
  const query = Object.fromEntries(searchParams);
  const parts = RESOURCE_PATH.exec(path)?.groups;
  const { group = '', resource = '', name, subresource } = parts ?? {};
  const watch = method === 'GET' && name === undefined && /^(?:true|1)$/.test(query.watch ?? '');
  return {
    method,
    path,
    query,
    verb: parts ? verbOf(method, name !== undefined, watch) : method.toLowerCase(),
    group,
    resource: subresource ? `${resource}/${subresource}` : resource,
    // A namespace is an object in itself.
    namespace: parts?.namespace ?? (resource === 'namespaces' ? (name ?? '') : ''),
    name: name ?? (method === 'GET' ? selectedName(query) : ''),
    watch,
  };
}

/** The record of a request that has just come in. */
export function recordOf({ method = '', url = '/' }: IncomingMessage): RecordedRequest {
  return { ...requestInfo(method, url), openedAt: performance.now(), faults: [] };
}

/** The watches of `requests` that are open. */
export function openWatches(requests: readonly RecordedRequest[]): readonly RecordedRequest[] {
  return requests.filter(({ watch, closedAt }) => watch && closedAt === undefined);
}
