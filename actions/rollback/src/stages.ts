import type { Stage } from '@paal/core/action/report-draft';

const NOT_LOCKED =
  'Nothing has to be unlocked: the next run takes the lease once it was silent for 20 s.';

export const PLANNING: Stage = { doing: 'planned', leaves: 'Nothing was changed.' };

export const LEASING: Stage = {
  doing: 'took the lease',
  leaves: `Nothing was changed. ${NOT_LOCKED}`,
};

export function puttingBack(goal: string): Stage {
  return {
    doing: `put back ${goal}`,
    leaves:
      'What was put back by then stays, and so does what was not. ' +
      `Run the rollback to ${goal} again. ${NOT_LOCKED}`,
  };
}

export function watching(goal: string): Stage {
  return {
    doing: `watched whether ${goal} serves`,
    leaves:
      'Everything was put back, and goes on rolling out in the cluster. ' +
      `Run the rollback to ${goal} again to have that watched and recorded. ${NOT_LOCKED}`,
  };
}

/** @param status how the rollback ended, and why */
export function ending(goal: string, status: string, message: string): Stage {
  return {
    doing: 'gave the lease back',
    leaves: `The rollback to ${goal} ${status}: ${message.replace(/\.$/, '')}. ${NOT_LOCKED}`,
  };
}
