import type { Clock } from '../clock.ts';
import type { CheckType } from '../config/check-schema.ts';
import type { Live } from '../workload/live.ts';
import type { JsonValue, Observation } from './check.ts';
import type { Variables } from './template.ts';

/** A value of the past, for the chart of a metric. */
export interface Sample {
  /** Milliseconds since the verification began; negative before it. */
  readonly at: number;
  readonly value: number;
}

/** How a question is asked. A new type of check is a file that makes these. */
export interface Probe {
  /** What it is called where the user gives no name. */
  readonly name: string;
  /** What is asked, of whom: `GET https://shop.example/health`, or a query; without credentials. */
  readonly target: string;
  /** What makes an answer good, in a few words: `≤ 0.05`. */
  readonly threshold: string;
  /** The same as numbers, for the chart of what it measures; absent where it is none. */
  readonly bounds?: { readonly min?: number | undefined; readonly max?: number | undefined };
  /**
   * Whether failures before the first good answer are those of a start, and so no verdict until the
   * time is over: an endpoint may need a moment, while an error rate that is too high is too high.
   */
  readonly warmsUp: boolean;
  /** Whether it compares with what was before, so that `phase: before` asks it. Default: no. */
  readonly comparable?: boolean;
  /**
   * Whether it applies `failure-limit` itself, such as to failures in a row; each failed measurement of it
   * then counts at once. Default: no.
   */
  readonly limitsFailures?: boolean;
  /**
   * Looks for what would make every measurement pointless, before the first of any check.
   * @throws UserError when it cannot be asked at all, such as for a query that does not parse. A server
   * that does not answer is none: that may pass
   * @returns what is to be said beforehand, one sentence each
   */
  prepare?(signal: AbortSignal): Promise<readonly string[]>;
  /**
   * How long a verification must last for it to see what it is for, in milliseconds; `undefined` where
   * that is not known.
   */
  needs?(signal: AbortSignal): Promise<number | undefined>;
  /** Asks once. Rejects only when `signal` is aborted, or through a bug. */
  measure(signal: AbortSignal): Promise<Observation>;
  /** What it would have measured before the verification, oldest first; none where that is not known. */
  history?(signal: AbortSignal): Promise<readonly Sample[]>;
}

/** Addresses of the servers that checks ask which name none of their own. */
export interface Servers {
  readonly prometheus: string | undefined;
  readonly alertmanager: string | undefined;
  readonly elasticsearch: string | undefined;
}

/** What checks need to know beside their own configuration. */
export interface Surroundings {
  readonly variables: Variables;
  readonly servers: Servers;
  /** What is verified, as it runs in the cluster; `undefined` where no release or workload was named. */
  readonly live: Live | undefined;
  /**
   * What a check of this type and name kept before the release, one value a measurement; `undefined`
   * where it was not asked then.
   */
  before(type: CheckType, name: string): readonly JsonValue[] | undefined;
  /** What stands in the comment of silences for this app; `undefined` where none is told from others'. */
  readonly silenceMark?: string | undefined;
  /**
   * What a check of this type and name measured of the last verified releases, one number each;
   * `undefined` where none is known.
   */
  verifiedBefore?(type: CheckType, name: string): readonly number[] | undefined;
  /** Whether nothing of it was there before the release; absent where that is not known. */
  readonly first?: boolean;
  /** Whether what runs is that from before the release, which is kept and not judged. Default: after. */
  readonly phase?: 'before' | 'after';
  /** How long the verification lasts, in milliseconds; `undefined` where that is not settled yet. */
  readonly duration?: number;
  readonly clock: Clock;
  /** Folder that paths are relative to. */
  readonly workspace: string;
}
