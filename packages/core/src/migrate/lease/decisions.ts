import { type HeldLease, highestOf } from './document.ts';

/** How the acquisition that counts was last seen, on our own clock. */
export interface Sighting {
  readonly fence: number;
  readonly beat: number;
  /** When this beat was first seen. */
  readonly since: number;
  /** Whether it has changed while we looked: then its holder runs. */
  readonly moved: boolean;
}

/** The sighting of `lease` that follows on `previous`. */
export function sight(previous: Sighting | undefined, lease: HeldLease, now: number): Sighting {
  const { fence, beat } = lease;
  const isSame = previous?.fence === fence && previous.beat === beat;
  return {
    fence,
    beat,
    since: isSame ? previous.since : now,
    moved: previous !== undefined && (!isSame || previous.moved),
  };
}

/**
 * Whether its holder may still run. What it wrote as its time says nothing, because no two clocks are
 * the same: what counts is for how long we have seen no beat.
 */
export function isAlive(lease: HeldLease, { since }: Sighting, now: number): boolean {
  return now - since < lease.ttl;
}

/**
 * For how many milliseconds from the sending of a beat its holder is sure of the lease. Another run sees
 * the beat later than it was sent, and waits for the whole ttl; the tenth is for clocks that do not run
 * equally fast.
 */
export function sureFor(ttl: number): number {
  return ttl * 0.9;
}

/** What a run that wants the lease knows. */
export interface View {
  readonly leases: readonly HeldLease[];
  /** The id of our own acquisition, whether or not it came about. */
  readonly owner: string;
  readonly sighting: Sighting | undefined;
  readonly now: number;
  /** Until when a holder that runs is waited for. */
  readonly deadline: number;
}

/** What it does next. */
export type Move =
  /** Ours is the acquisition that counts. */
  | { readonly move: 'keep'; readonly lease: HeldLease }
  | { readonly move: 'insert'; readonly fence: number; readonly from: HeldLease | undefined }
  | { readonly move: 'wait' | 'refuse'; readonly lease: HeldLease; readonly sighting: Sighting };

/**
 * The next move of a run that wants the lease: take what nobody has, or whose holder has not been heard
 * of for its ttl; else wait. It is refused only by a holder that was seen to run, so that the lease of a
 * dead one is taken even where nothing is to be waited for. An own acquisition below the highest came
 * too late, after those below that one had been pruned: it does not count, and is pruned in its turn.
 */
export function nextMove({ leases, owner, sighting, now, deadline }: View): Move {
  const highest = highestOf(leases);
  if (!highest) return { move: 'insert', fence: 1, from: undefined };
  if (highest.owner === owner && !highest.released) return { move: 'keep', lease: highest };
  const seen = sight(sighting, highest, now);
  if (highest.released || !isAlive(highest, seen, now)) {
    return { move: 'insert', fence: highest.fence + 1, from: highest };
  }
  const isOver = seen.moved && now >= deadline;
  return { move: isOver ? 'refuse' : 'wait', lease: highest, sighting: seen };
}

/**
 * Whether the holder from whom a lease was taken has shown itself between the look that gave it up and
 * the insert: because one of the two was late, or what was read was old (of a primary that had been
 * replaced without knowing it). It then still counts on its last beat, for its ttl at most.
 */
export function hasShownItself(from: HeldLease, leases: readonly HeldLease[]): boolean {
  if (from.released) return false;
  const now = leases.find(({ fence }) => fence === from.fence);
  return now === undefined || (now.beat !== from.beat && !now.released);
}

/** Codes after which the same may work: no primary, or on the way to another one. */
// https://github.com/mongodb/specifications/blob/master/source/retryable-writes/retryable-writes.md
const PASSING = new Set([
  6, 7, 64, 89, 91, 112, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436,
]);
const PASSING_NAME =
  /^NoAnswer|^Mongo(?:Network|PoolCleared|ServerSelection|WriteConcern|NotConnected)/;

/** Whether what failed may work in a moment. */
export function mayPass(error: unknown): boolean {
  const { name = '', code } = (error ?? {}) as { readonly name?: string; readonly code?: unknown };
  return PASSING_NAME.test(name) || (typeof code === 'number' && PASSING.has(code));
}
