import type { Stage } from '@paal/core/action/report-draft';

export const MEASURING: Stage = {
  doing: 'measured',
  leaves: 'Nothing was changed, and no release is marked as verified. Run this job again.',
};

/** @param verdict how the verification ended */
export function settling(release: number, verdict: string): Stage {
  return {
    doing: `recorded in the ledger what follows for release ${release}`,
    leaves:
      `The verification had ended: ${verdict}. What was put back by then stays, and so does what was not: ` +
      'paal/rollback with dry-run says what runs. Nothing has to be unlocked: the next run takes the lease once it was silent for 20 s.',
  };
}
