import { getInput } from '@actions/core';
import { parseDuration } from '../config/duration.ts';
import { UserError } from '../errors.ts';

/** The input `name`, trimmed; `undefined` when it is empty or not given. */
export function textInput(name: string): string | undefined {
  const value = getInput(name);
  return value === '' ? undefined : value;
}

/** @throws UserError when the input is empty: the runner itself does not enforce `required` */
export function requiredInput(name: string): string {
  const value = textInput(name);
  if (value === undefined)
    throw new UserError(`The input "${name}" is required and was not given.`);
  return value;
}

/** A list by comma or newline; blank entries are skipped. `undefined` when none is given. */
export function listInput(name: string): readonly string[] | undefined {
  const entries = (textInput(name) ?? '')
    .split(/[,\n]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  return entries.length === 0 ? undefined : entries;
}

/**
 * `name=value` pairs by comma or newline. `undefined` when none is given.
 * @throws UserError for an entry without a name or a value, and for a name that comes twice
 */
export function mapInput(name: string): Readonly<Record<string, string>> | undefined {
  const entries = listInput(name)?.map((entry) => {
    const [, key, value] = /^([^=\s]+)\s*=\s*(\S.*)$/.exec(entry) ?? [];
    if (key !== undefined && value !== undefined) return [key, value] as const;
    throw new UserError(`The input "${name}": "${entry}" is not a pair. Write name=value.`);
  });
  const twice = entries?.find(([key], index) => entries.findIndex(([one]) => one === key) < index);
  if (twice) throw new UserError(`The input "${name}" has "${twice[0]}" twice.`);
  return entries && Object.fromEntries(entries);
}

/** A YAML 1.2 boolean (`true`, `True`, `TRUE`, `false` …), as GitHub's own actions read it. */
export function booleanInput(name: string): boolean | undefined {
  const value = textInput(name);
  if (value === undefined) return undefined;
  if (/^(true|True|TRUE)$/.test(value)) return true;
  if (/^(false|False|FALSE)$/.test(value)) return false;
  throw new UserError(`The input "${name}" is "${value}"; write true or false.`);
}

/** Milliseconds of a duration such as `30s`, `5m`, `1h`. */
export function durationInput(name: string): number | undefined {
  const value = textInput(name);
  return value === undefined ? undefined : parseDuration(value, `The input "${name}"`);
}

/** A whole number of at least `minimum`. */
export function integerInput(name: string, minimum: number): number | undefined {
  const value = textInput(name);
  if (value === undefined) return undefined;
  if (!/^\d+$/.test(value) || Number(value) < minimum) {
    throw new UserError(
      `The input "${name}" is "${value}"; write a whole number, ${minimum} or more.`,
    );
  }
  return Number(value);
}

/** One of `choices`. */
export function choiceInput<T extends string>(name: string, choices: readonly T[]): T | undefined {
  const value = textInput(name);
  if (value === undefined) return undefined;
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) {
    throw new UserError(`The input "${name}" is "${value}"; write one of ${choices.join(', ')}.`);
  }
  return choice;
}
