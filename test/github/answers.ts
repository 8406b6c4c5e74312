import type { RepositoryState, Resource } from './state.ts';

/** A request to one endpoint. */
export interface Call {
  readonly repository: RepositoryState;
  /** Address of the repository. */
  readonly base: string;
  /** The variable parts of the path. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
}

/** An answer; of a `list` one page is sent, in an object with total_count where `key` is given. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly list?: readonly unknown[];
  readonly key?: string;
}

export const NOT_FOUND: Answer = { status: 404, body: { message: 'Not Found' } };
/** What a token is told that lacks a permission, such as a job's without `deployments: write`. */
export const FORBIDDEN: Answer = {
  status: 403,
  body: { message: 'Resource not accessible by integration' },
};
export const ok = (body: unknown): Answer => ({ status: 200, body });
export const created = (body: unknown): Answer => ({ status: 201, body });
export const list = (items: readonly unknown[]): Answer => ({ status: 200, list: items });
export const unprocessable = (message: string, errors?: readonly unknown[]): Answer => ({
  status: 422,
  body: { message, ...(errors ? { errors } : {}) },
});
export const missing = (field: string): Answer =>
  unprocessable(`Invalid request.\n\n"${field}" wasn't supplied.`);
export const invalid = (resource: string, field: string, message: string): Answer =>
  unprocessable('Validation Failed', [{ resource, field, code: 'custom', message }]);

export function notIn(
  resource: string,
  field: string,
  value: unknown,
  choices: string,
): Answer | undefined {
  if (value === undefined || choices.split(' ').includes(String(value))) return undefined;
  return invalid(resource, field, `${field} is not included in the list`);
}

export const USER = { login: 'github-actions[bot]', id: 41898282, type: 'Bot' };

export function timestamps(): { readonly created_at: string; readonly updated_at: string } {
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  return { created_at: now, updated_at: now };
}

/** Answers for the resource whose id is the first part of the path. */
export function withId<T extends Resource>(
  resources: (repository: RepositoryState) => readonly T[],
  answer: (found: T, call: Call) => Answer,
): (call: Call) => Answer {
  return (call) => {
    const found = resources(call.repository).find(({ id }) => id === Number(call.path[0]));
    return found ? answer(found, call) : NOT_FOUND;
  };
}

/** Method and path below /repos/OWNER/NAME, and what answers. */
export type Endpoint = readonly [string, RegExp, (call: Call) => Answer];
