/** What a measurement, a check, or a whole verification came to. */
export type Outcome = 'succeeded' | 'inconclusive' | 'error' | 'failed';

/** What a check saw when it was asked once. All texts come from outside: not yet safe to print. */
export interface Observation {
  /**
   * `failed` speaks about the application, `error` about whoever was asked about it, `inconclusive`
   * is an answer that says nothing.
   */
  readonly outcome: Outcome;
  /** Whether a later answer may make this one good; `false` decides the check at once. */
  readonly retry: boolean;
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
}

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

/** One question that is asked again and again. A new type of check is a file that makes these. */
export interface Check {
  readonly type: string;
  readonly name: string;
  /** What is asked, of whom: `GET https://shop.example/health`, or a query; without credentials. */
  readonly target: string;
  /** What makes an answer good, in a few words: `≤ 0.05`. */
  readonly threshold: string;
  /** So many good answers in a row decide; `undefined`: it must stay good until the end. */
  readonly successes: number | undefined;
  /** Asks once. Rejects only when `signal` is aborted, or through a bug. */
  measure(signal: AbortSignal): Promise<Observation>;
}

const ORDER: readonly Outcome[] = ['succeeded', 'inconclusive', 'error', 'failed'];

/**
 * The worst of `outcomes`. A failure outranks an error, so that a monitoring outage never hides a
 * broken application; both outrank `inconclusive`. `undefined` for none.
 */
export function worst(outcomes: Iterable<Outcome>): Outcome | undefined {
  return [...outcomes].sort((a, b) => ORDER.indexOf(b) - ORDER.indexOf(a))[0];
}
