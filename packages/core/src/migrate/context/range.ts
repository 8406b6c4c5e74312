import { BRACKETS, type Bracket, bracketOf, RARE } from './bson-order.ts';

/** A place in the order of a field: a value of it, which may be null. */
export interface Place {
  readonly value: unknown;
}

/** A query of a range; those of one walk follow each other in the field's order. */
export interface Leg {
  readonly condition: Readonly<Record<string, unknown>>;
  /** A server that does not know the types it asks for holds none of them. */
  readonly mayBeRefused: boolean;
}

const SINGLE_VALUED: ReadonlySet<Bracket> = new Set(['minKey', 'null', 'maxKey']);

function leg(condition: Leg['condition'], mayBeRefused = false): Leg {
  return { condition, mayBeRefused };
}

function above(value: unknown): Readonly<Record<string, unknown>> {
  // NaN comes before every other number, and nothing compares with it.
  return Number.isNaN(value) ? { $gte: -Infinity } : { $gt: value };
}

function ofTypes(key: string, types: readonly Bracket[]): readonly Leg[] {
  const [first = [], common = [], last = []] = [
    types.filter((one) => one === 'minKey'),
    types.filter((one) => !RARE.has(one)),
    types.filter((one) => RARE.has(one) && one !== 'minKey'),
  ];
  const condition = (some: readonly Bracket[]): Leg['condition'] => {
    const typed = { [key]: { $type: some } };
    // $type finds no field that is missing, and only _id never is.
    return some.includes('null') && key !== '_id' ? { $or: [typed, { [key]: null }] } : typed;
  };
  return [first, common, last]
    .filter((some) => some.length > 0)
    .map((some) => leg(condition(some), some !== common));
}

/**
 * The queries that together find what lies behind `after` up to and including `until` in the order of
 * the field `key`, whatever types its values have; without a bound, from the first or to the last.
 */
export function legs(
  key: string,
  after: Place | undefined,
  until: Place | undefined,
): readonly Leg[] {
  if (!after && !until) return [leg({})];
  const low = after ? BRACKETS.indexOf(bracketOf(after.value)) : -1;
  const high = until ? BRACKETS.indexOf(bracketOf(until.value)) : BRACKETS.length;
  const isRange = (index: number): boolean => {
    const bracket = BRACKETS[index];
    return bracket !== undefined && !SINGLE_VALUED.has(bracket);
  };
  if (low > high) return [];
  if (low === high) {
    return isRange(low) ? [leg({ [key]: { ...above(after?.value), $lte: until?.value } })] : [];
  }
  return [
    ...(isRange(low) ? [leg({ [key]: above(after?.value) })] : []),
    ...ofTypes(key, BRACKETS.slice(low + 1, high)),
    ...(isRange(high) ? [leg({ [key]: { $lte: until?.value } })] : []),
    ...(until && !isRange(high) ? ofTypes(key, [bracketOf(until.value)]) : []),
  ];
}
