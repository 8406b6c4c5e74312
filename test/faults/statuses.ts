import type { RequestInfo } from './requests.ts';

/** An answer that the proxy gives by itself. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Status {
  readonly message: string;
  readonly reason?: string;
  readonly details?: Readonly<Record<string, string | number>>;
  readonly code: number;
}

/** The object by which the API server says why it refuses. */
export function statusObject({ message, reason, details, code }: Status): object {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason ? { reason } : {}),
    ...(details ? { details } : {}),
    code,
  };
}

function refusal(status: Status): Answer {
  return {
    status: status.code,
    headers: { 'content-type': 'application/json' },
    body: `${JSON.stringify(statusObject(status))}\n`,
  };
}

/** The user of the kubeconfig, as far as clients of the proxy are told. */
export const USER = 'paal';

/**
 * Texts of the API server: what etcd says passes through it as a 500
 * (k8s.io/apiserver/pkg/server/filters/waitgroup.go and timeout.go for the others).
 */
const FAILURES = {
  500: { message: 'etcdserver: request timed out' },
  503: { message: 'apiserver is shutting down', reason: 'ServiceUnavailable' },
  504: {
    message: 'Timeout: request did not complete within the allotted timeout',
    reason: 'Timeout',
    details: {},
  },
} as const;

/** Refused because the API server has too much to do (priority-and-fairness.go): plain text. */
export function tooManyRequests(): Answer {
  return {
    status: 429,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
    body: 'Too many requests, please try again later.\n',
  };
}

/** A failure of the API server or of what it needs. */
export function failure(code: keyof typeof FAILURES): Answer {
  return refusal({ ...FAILURES[code], code });
}

const PHRASES: Readonly<Record<number, string>> = {
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
};

/** What nginx as a load balancer in front of the API server answers. */
export function errorPage(code: number): Answer {
  const title = `${code} ${PHRASES[code] ?? ''}`;
  return {
    status: code,
    headers: { 'content-type': 'text/html' },
    body: [
      '<html>',
      `<head><title>${title}</title></head>`,
      '<body>',
      `<center><h1>${title}</h1></center>`,
      '<hr><center>nginx</center>',
      '</body>',
      '</html>\r\n',
    ].join('\r\n'),
  };
}

/** The API server does not know the token, or it has expired. */
export function unauthorized(): Answer {
  return refusal({ message: 'Unauthorized', reason: 'Unauthorized', code: 401 });
}

/** RBAC does not allow the request (endpoints/handlers/responsewriters/errors.go). */
export function forbidden({ verb, group, resource, namespace, name }: RequestInfo): Answer {
  const [kind = ''] = resource.split('/');
  const qualified = group === '' ? kind : `${kind}.${group}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const cannot = `User "${USER}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`;
  const { headers, ...answer } = refusal({
    message: `${qualified}${name === '' ? '' : ` "${name}"`} is forbidden: ${cannot}`,
    reason: 'Forbidden',
    details: { ...(name ? { name } : {}), ...(group ? { group } : {}), kind },
    code: 403,
  });
  return { ...answer, headers: { ...headers, 'x-content-type-options': 'nosniff' } };
}

const EXPIRED = { reason: 'Expired', code: 410 } as const;

/** The history since the request's resourceVersion is gone (storage/etcd3/errors.go). */
export function expired({ watch }: RequestInfo): Answer {
  const what = watch ? 'watch' : 'list';
  return refusal({
    message: `The resourceVersion for the provided ${what} is too old.`,
    ...EXPIRED,
  });
}

/** The same as the last event of a watch (storage/cacher/watch_cache_history.go). */
export function expiredEvent(resourceVersion: string): string {
  const object = statusObject({
    message: `too old resource version: ${resourceVersion || 0} (${Number(resourceVersion || 0) + 1})`,
    ...EXPIRED,
  });
  return `${JSON.stringify({ type: 'ERROR', object })}\n`;
}
