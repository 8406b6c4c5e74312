import type { Surroundings } from '../probe.ts';
import type { Matcher } from './matchers.ts';

/** Whose alerts a check looks at, as far as rules say it. */
export interface WatchedRules {
  /** The Prometheus that evaluates them. */
  readonly prometheus: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeout: number;
  readonly matchers: readonly Matcher[];
  readonly clock: Surroundings['clock'];
}

/**
 * Says of which rules the alerts cannot fire within a verification, one sentence each; nothing where the
 * server does not answer.
 */
export type RuleRemarks = (rules: WatchedRules, signal: AbortSignal) => Promise<readonly string[]>;

/** Says nothing. */
export const NO_REMARKS: RuleRemarks = async () => [];
