import * as z from 'zod';
import type { MigrateResult } from './result.ts';

/** What stands before the result on the last line that the runner prints. */
export const RESULT_MARK = 'paal-migrate-result: ';

const text = z.string().optional();
const date = z.iso
  .datetime()
  .transform((value) => new Date(value))
  .optional();

const entry = z.object({
  name: z.string(),
  state: z.enum(['applied', 'pending', 'planned', 'done', 'failed', 'interrupted']),
  missing: z.boolean().default(false),
  late: z.boolean().default(false),
  edited: z.boolean().default(false),
  appliedAt: date,
  milliseconds: z.number().optional(),
  run: text,
  sha: text,
  checkpoint: text,
});

const failure = z.object({
  kind: z.enum(['failed', 'refused', 'locked', 'unreachable', 'internal']),
  message: z.string(),
  position: z
    .object({ file: z.string(), line: z.int().optional(), column: z.int().optional() })
    .optional(),
});

const schema = z.object({
  command: z.enum(['up', 'down', 'status', 'plan', 'baseline', 'repair', 'unlock']),
  status: z.enum(['applied', 'up-to-date', 'planned', 'reverted', 'changed', 'failed']),
  appliedCount: z.int().optional(),
  pendingCount: z.int().optional(),
  current: text,
  previous: text,
  migrations: z.array(entry).default([]),
  /** How many entries were left out so that the rest fits. */
  omitted: z.int().default(0),
  failure: failure.optional(),
  preview: text,
});

/** The line that a runner prints last. */
export function resultLine(result: MigrateResult): string {
  return `${RESULT_MARK}${JSON.stringify(result)}`;
}

function shortened(result: MigrateResult, entries: number, message: number): string {
  const told = result.migrations.filter(({ state }) => state !== 'applied');
  return JSON.stringify({
    ...result,
    preview: undefined,
    migrations: told.slice(0, entries).map(({ name, state, milliseconds }) => ({
      name,
      state,
      milliseconds,
    })),
    omitted: result.migrations.length - Math.min(entries, told.length),
    failure: result.failure && {
      ...result.failure,
      message: result.failure.message.slice(0, message),
    },
  });
}

/**
 * The result as JSON of at most `bytes`: Kubernetes keeps 4096 bytes of a container's termination
 * message. What this run did comes before what was there; texts are cut last.
 */
export function compactResult(result: MigrateResult, bytes: number): string {
  const whole = JSON.stringify(result);
  if (Buffer.byteLength(whole) <= bytes) return whole;
  for (let entries = 64; entries >= 1; entries = Math.floor(entries / 2)) {
    const json = shortened(result, entries, 1_000);
    if (Buffer.byteLength(json) <= bytes) return json;
  }
  return shortened(result, 0, 200);
}

/** The result that `json` holds; `undefined` when it is none. */
export function parseResult(json: string): MigrateResult | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) return undefined;
  const { omitted: _, ...result } = parsed.data;
  return result as MigrateResult;
}

/** The last result in the output of a runner; `undefined` when it came to none. */
export function findResult(output: string): MigrateResult | undefined {
  const line = output
    .split('\n')
    .findLast((candidate) => candidate.startsWith(RESULT_MARK))
    ?.trim();
  return line === undefined ? undefined : parseResult(line.slice(RESULT_MARK.length));
}
