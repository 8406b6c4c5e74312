import { readFile } from 'node:fs/promises';
import type { CheckType } from '@paal/core/config/check-schema';
import { formatDuration } from '@paal/core/config/duration';
import { errorMessage, UserError } from '@paal/core/errors';
import type { JsonValue } from '@paal/core/verify/check';
import type { Variables } from '@paal/core/verify/template';
import * as z from 'zod';

/** What was measured before another day says little of now; milliseconds. */
const MOST_AGE = 24 * 3_600_000;

const baselineSchema = z.object({
  app: z.string(),
  environment: z.string(),
  taken: z.iso.datetime(),
  checks: z.record(z.string(), z.array(z.json())),
});

/** What `phase: before` kept of an app in an environment. */
export interface Baseline {
  readonly app: string;
  readonly environment: string;
  /** When it was taken, by the runner's clock; ISO 8601. */
  readonly taken: string;
  /** What each check kept, one value a measurement, by its type and name. */
  readonly checks: Readonly<Record<string, readonly JsonValue[]>>;
}

/** Whose baseline it is. */
type Whose = Pick<Variables, 'app' | 'environment'>;

/** What a check is called in a baseline, and in the ledger. */
export function keyOf(type: CheckType, name: string): string {
  return `${type} ${name}`;
}

/** The numbers among what a check kept; of one that stands with what it was counted by, the number. */
export function numbersIn(kept: readonly JsonValue[] | undefined): readonly number[] {
  const schema = z.union([
    z.number(),
    z.object({ value: z.number() }).transform(({ value }) => value),
  ]);
  return (kept ?? []).flatMap((one) => schema.safeParse(one).data ?? []);
}

/**
 * A baseline that has just been taken. Pure.
 * @param now by the runner's clock
 */
export function newBaseline(
  { app = '', environment = '' }: Whose,
  now: Date,
  checks: Baseline['checks'],
): Baseline {
  return { app, environment, taken: now.toISOString(), checks };
}

/** A baseline that may be compared with, or why there is none: a sentence. */
export type Usable =
  | { readonly baseline: Baseline; readonly ignored?: undefined }
  | { readonly baseline?: undefined; readonly ignored: string };

function ofWhom({ app = '', environment = '' }: Whose): string {
  return `${app || 'an app without a name'} in ${environment || 'no environment'}`;
}

/** Whether `baseline` says something of what is verified now. Pure. */
export function usable(baseline: Baseline, whose: Whose, now: Date): Usable {
  const { app = '', environment = '' } = whose;
  if (baseline.app !== app || baseline.environment !== environment) {
    return {
      ignored: `The baseline is ignored: it is of ${ofWhom(baseline)}, and this is ${ofWhom(whose)}.`,
    };
  }
  const age = now.getTime() - Date.parse(baseline.taken);
  if (age <= MOST_AGE) return { baseline };
  return {
    ignored: `The baseline is ignored: it was taken ${formatDuration(age)} ago, and counts for 24 h. Run "phase: before" right before the rollout.`,
  };
}

/** How old a baseline was when it was used, for people. */
export function baselineNote(baseline: Baseline, now: Date): string {
  const age = Math.max(0, now.getTime() - Date.parse(baseline.taken));
  const checks = Object.keys(baseline.checks).length;
  return `Compared with what ${checks === 1 ? 'one check' : `${checks} checks`} kept before the release, ${formatDuration(age)} earlier.`;
}

/** Reads what somebody else has written; `undefined` for what is no baseline. */
export function parseBaseline(value: unknown): z.output<typeof baselineSchema> | undefined {
  return baselineSchema.safeParse(value).data;
}

/**
 * Reads the file that the input `baseline` names.
 * @throws UserError when there is none, or it is none of a baseline
 */
export async function readBaseline(file: string): Promise<Baseline> {
  const what = `The input "baseline": ${file}`;
  const hint = 'Give the output "baseline" of a step with phase: before, as a file of this job.';
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? errorMessage(error);
    throw new UserError(`${what} cannot be read: ${why}. ${hint}`, { cause: error });
  }
  try {
    return baselineSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new UserError(`${what} is no baseline. ${hint}`, { cause: error });
  }
}
