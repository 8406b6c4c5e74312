import type { Stage } from '@paal/core/action/report-draft';

const NOT_LOCKED =
  'Nothing has to be unlocked: the next run takes the lease once it was silent for 20 s';
const INTERRUPTED = `${NOT_LOCKED}, calls this release interrupted, and goes on from what runs.`;

export const PLANNING: Stage = { doing: 'planned', leaves: 'Nothing was changed.' };

export const LEASING: Stage = {
  doing: 'took the lease',
  leaves: `No workload was changed. ${NOT_LOCKED}.`,
};

export const RECORDING: Stage = {
  doing: 'recorded the release',
  leaves: `No workload was changed. ${INTERRUPTED}`,
};

export function writing(release: number): Stage {
  return {
    doing: `wrote release ${release}`,
    leaves: `What was written by then stays, and goes on rolling out in the cluster. ${INTERRUPTED}`,
  };
}

export function watching(release: number): Stage {
  return {
    doing: `watched release ${release}`,
    leaves: `What it wrote stays, and goes on rolling out in the cluster. ${INTERRUPTED}`,
  };
}

/** @param verdict how the release ended, and why */
export function ending(release: number, verdict: string): Stage {
  return {
    doing: `recorded how release ${release} ended`,
    leaves: `Release ${release} ${verdict} ${NOT_LOCKED}.`,
  };
}

export function takingBack(release: number, to: number): Stage {
  return {
    doing: `took release ${release} back to release ${to}`,
    leaves:
      'What was put back by then stays, and so does what was not. ' +
      `Roll out the next release, or run paal/rollback with to: release:${to}. ${NOT_LOCKED}.`,
  };
}
