import { didYouMean } from '../config/names.ts';
import { UserError } from '../errors.ts';

/** What `{{…}}` in a check stands for; `undefined` where this run has no value for it. */
export interface Variables {
  readonly url: string | undefined;
  readonly version: string | undefined;
  readonly namespace: string | undefined;
  readonly environment: string | undefined;
  readonly app: string | undefined;
  /** Number of the release. */
  readonly release: string | undefined;
}

/** What a query may also mention; it is filled in at each measurement, because it changes. */
export const LATER = ['pods', 'window'] as const;

const SOURCES: Readonly<Record<keyof Variables, string>> = {
  url: 'set the input "url", or "url" of the environment in paal.yaml',
  version: 'set the input "version"',
  namespace: 'set the input "namespace", or "namespace" of the environment in paal.yaml',
  environment: 'set the input "environment"',
  app: 'set the input "app", or "app" in paal.yaml',
  release: 'set the input "release"',
};

function isVariable(name: string): name is keyof Variables {
  return Object.hasOwn(SOURCES, name);
}

function fillInText(
  text: string,
  variables: Variables,
  what: string,
  later: readonly string[],
): string {
  return text.replace(/\{\{(.*?)\}\}/g, (whole, inner: string) => {
    const name = inner.trim();
    if (later.includes(name)) return whole;
    const known = [...Object.keys(SOURCES), ...later];
    if (!isVariable(name)) {
      throw new UserError(
        `${what} uses {{${name}}}, which does not exist.${didYouMean(name, known)} ` +
          `There are: ${known.join(', ')}.`,
      );
    }
    const value = variables[name];
    if (!value) {
      throw new UserError(`${what} uses {{${name}}}, which has no value: ${SOURCES[name]}.`);
    }
    return name === 'url' ? value.replace(/\/+$/, '') : value;
  });
}

/**
 * `value` with the variables in all its texts replaced, keys of records included. `{{url}}` has no
 * slash at its end, so that `{{url}}/health` has one.
 * @param later names that are left as they are
 * @throws UserError, in which `what` is the subject, for a variable that is unknown or has no value
 */
export function fillIn<T>(
  value: T,
  variables: Variables,
  what: string,
  later: readonly string[] = [],
): T {
  const fill = (node: unknown): unknown => {
    if (typeof node === 'string') return fillInText(node, variables, what, later);
    if (Array.isArray(node)) return node.map(fill);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, one]) => [fill(key), fill(one)]));
  };
  return fill(value) as T;
}

/** Whether `text` uses the variable `name`. */
export function mentions(text: string, name: keyof Variables | (typeof LATER)[number]): boolean {
  return [...text.matchAll(/\{\{(.*?)\}\}/g)].some(([, inner = '']) => inner.trim() === name);
}
