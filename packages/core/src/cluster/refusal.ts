import {
  type AccessRule,
  ApiError,
  rbacRules,
  type Status,
  UnreachableError,
} from './api-error.ts';

function adviceFor(code: number, rule: AccessRule | undefined): string {
  if (code === 401) {
    return ' The credentials of the kubeconfig are wrong or have expired.';
  }
  if (code === 403 && rule) {
    return ` Add this rule to a Role of the user:\n${rbacRules([rule])}`;
  }
  return '';
}

function statusOf(code: number, body: string): Status {
  try {
    const status: unknown = JSON.parse(body);
    if (typeof status === 'object' && status !== null) return status;
  } catch {
    // Some answers of the API server are plain text, such as the 429 of its own overload.
  }
  return { message: body.slice(0, 300).trim() || `HTTP ${code}` };
}

/** The server writes whole seconds; a date could be compared only with a clock that is not ours. */
function millisecondsOf(seconds: string | number | undefined): number | undefined {
  const number = Number(seconds ?? Number.NaN);
  return Number.isFinite(number) ? number * 1_000 : undefined;
}

/** Whether `body` is a page for people, which the API server itself never sends. */
function isPage(body: string): boolean {
  return /^\s*</.test(body);
}

/** What a page says in its title, or in its heading. */
function titleOf(page: string): string {
  const title = /<(title|h1)\b[^>]*>([^<]*)/i.exec(page)?.[2] ?? '';
  return title.replace(/\s+/g, ' ').trim().slice(0, 100);
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
): ApiError | UnreachableError {
  if (isPage(body)) {
    const title = titleOf(body);
    return new UnreachableError(
      `The API server could not be asked to ${purpose}: HTTP ${code} from something between this ` +
        `runner and the API server${title ? ` ("${title}")` : ''}.`,
      'intercepted',
      { retryAfter: millisecondsOf(retryAfter) },
    );
  }
  const status = statusOf(code, body);
  const text = status.message?.trim() || status.reason || `HTTP ${code}`;
  return new ApiError(
    `The API server refused to ${purpose} (${code}): ${text}.`.replace(/\.\.$/, '.') +
      adviceFor(code, rule),
    code,
    status,
    millisecondsOf(retryAfter ?? status.details?.retryAfterSeconds),
    rule,
  );
}
