import type { Finding } from '../report/finding.ts';

/** What is to be said of a rollout now. */
export type Verdict =
  | {
      readonly status: 'progressing';
      readonly message: string;
      /** When time alone may change the verdict, on our own clock. */
      readonly reconsiderAt: number;
    }
  | { readonly status: 'succeeded'; readonly message: string }
  | {
      readonly status: 'failed' | 'timed-out';
      readonly message: string;
      /** The cause. */
      readonly finding: Finding;
      /** Everything that was wrong, the cause first. */
      readonly findings: readonly Finding[];
    }
  | { readonly status: 'superseded' | 'unknown'; readonly message: string };

/** A failure whose cause is the first of `findings`. */
export function failed(
  [finding, ...others]: readonly [Finding, ...Finding[]],
  message = finding.message,
): Verdict {
  return { status: 'failed', message, finding, findings: [finding, ...others] };
}
