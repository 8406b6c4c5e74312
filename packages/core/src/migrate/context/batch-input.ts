import { UserError } from '../../errors.ts';
import type { KeptWalk } from './checkpoints.ts';
import type { BatchOptions } from './migration.ts';

const DEFAULT_SIZE = 1_000;
/** What a server accepts in one bulk write (hello.maxWriteBatchSize). */
const LARGEST_SIZE = 100_000;

/** The size of a batch. @throws UserError when it is none */
export function sizeOf({ size = DEFAULT_SIZE }: BatchOptions): number {
  if (Number.isInteger(size) && size >= 1 && size <= LARGEST_SIZE) return size;
  throw new UserError(`ctx.batches: size is ${size}; give a whole number from 1 to 100,000.`);
}

/** @throws UserError when a throttle would never end, or stop nothing */
export function checkThrottle({ throttle }: BatchOptions): void {
  if (!throttle) return;
  const [name, value, least] =
    'pauseMilliseconds' in throttle
      ? (['pauseMilliseconds', throttle.pauseMilliseconds, 0] as const)
      : (['documentsPerSecond', throttle.documentsPerSecond, Number.MIN_VALUE] as const);
  if (Number.isFinite(value) && value >= least) return;
  throw new UserError(
    `ctx.batches: throttle.${name} is ${value}; give a number ${least === 0 ? 'from 0' : 'above 0'}.`,
  );
}

/** @throws UserError when the interrupted attempt kept the place of another walk under this name */
export function checkKept(
  kept: KeptWalk | undefined,
  now: Pick<KeptWalk, 'key' | 'collection' | 'orderBy'>,
): void {
  if (!kept || (kept.collection === now.collection && kept.orderBy === now.orderBy)) return;
  throw new UserError(
    `ctx.batches: "${now.key}" walks ${now.collection} by ${now.orderBy}, but when it was interrupted it ` +
      `walked ${kept.collection} by ${kept.orderBy}. Give the new walk a key of its own: { key: "…" }.`,
  );
}

/** `projection` with the field by which the walk goes, which it cannot do without. */
export function projectionWith(
  key: string,
  projection: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { [key]: own, ...others } = projection;
  const rest = Object.entries(others);
  const isExclusion =
    rest.some(([name, value]) => name !== '_id' && (value === 0 || value === false)) ||
    (rest.every(([name]) => name === '_id') && (own === 0 || own === false || own === undefined));
  return isExclusion ? others : { ...others, [key]: 1 };
}
