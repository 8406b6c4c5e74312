import type { SourcePosition } from '../../errors.ts';

/** An alerting rule, as Prometheus evaluates it. */
export interface AlertRule {
  readonly name: string;
  readonly expression: string;
  /** Labels that its alerts get, beside those of the series. */
  readonly labels: Readonly<Record<string, string>>;
  /** How long the expression is true before the alert fires; milliseconds. */
  readonly for: number;
  /** From one evaluation to the next; milliseconds. */
  readonly interval: number;
  /** Where the expression stands in a file of the user's. */
  readonly position?: SourcePosition;
}
