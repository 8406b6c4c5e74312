import type { CheckType } from '../config/check-schema.ts';
import type { Point } from '../config/checks/shared-keys.ts';
import type { CheckPolicy } from './judge.ts';
import type { Probe } from './probe.ts';

/** What a measurement, a check, or a whole verification came to. */
export type Outcome = 'succeeded' | 'inconclusive' | 'error' | 'failed';

/** What a check saw when it was asked once. All texts come from outside: not yet safe to print. */
export interface Observation {
  /**
   * `failed` speaks about the application, `error` about whoever was asked about it, `inconclusive`
   * is an answer that says nothing.
   */
  readonly outcome: Outcome;
  /** Whether a later answer can be another one; `false` decides the check at once. */
  readonly retry: boolean;
  /**
   * Whether this failure may be that of a start, such as series that are not there yet, although other
   * failures of its check are none. Default: as the check says.
   */
  readonly warmsUp?: boolean;
  /** What was measured, in a few words: `0.031`, `HTTP 503`, `connection refused`. */
  readonly value: string;
  /** One sentence, or several with `; ` between, without a full stop. */
  readonly message: string;
  /** What to do about it, in one sentence. */
  readonly hint?: string;
  /** The beginning of the answer, where it helps to understand what is wrong. */
  readonly excerpt?: string;
  /** What the provider remarked beside its answer. */
  readonly warnings?: readonly string[];
  /** What was found one by one, such as pods, alerts or lines of a log; a few dozen at most. */
  readonly details?: readonly string[];
  /** What was measured as a number, for charts and comparisons; finite. */
  readonly number?: number;
  /** What a later verification may compare with; as JSON. Only with {@link Probe.comparable}. */
  readonly keep?: JsonValue;
}

/** What can be written as JSON. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** An observation with its place in time and what was asked, so that it can be read alone. */
export interface Measurement extends Observation {
  /** Index of the check. */
  readonly check: number;
  /** Start, in milliseconds since the verification began. */
  readonly at: number;
  /** Milliseconds until the answer was there. */
  readonly took: number;
  readonly target: string;
  readonly threshold: string;
}

/** One question that is asked again and again, and how its answers are judged. */
export interface Check extends Probe, CheckPolicy {
  readonly type: CheckType;
  readonly name: string;
  readonly point: Point;
}

const ORDER: readonly Outcome[] = ['succeeded', 'inconclusive', 'error', 'failed'];

/**
 * The worst of `outcomes`. A failure outranks an error, so that a monitoring outage never hides a
 * broken application; both outrank `inconclusive`. `undefined` for none.
 */
export function worst(outcomes: Iterable<Outcome>): Outcome | undefined {
  return [...outcomes].sort((a, b) => ORDER.indexOf(b) - ORDER.indexOf(a))[0];
}
