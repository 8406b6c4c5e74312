import type { Verification } from '@paal/core/verify/run';
import type { Settings } from './settings.ts';

/** What follows a verification. */
export type FollowUp =
  | { readonly what: 'mark' }
  | { readonly what: 'roll-back' }
  | { readonly what: 'nothing'; readonly because: string };

type Reactions = Pick<Settings, 'onFailure' | 'rollbackOn' | 'onInconclusive' | 'onError'>;

type Ending = Pick<Verification, 'cancelled'> & {
  readonly verdict: Pick<Verification['verdict'], 'status'>;
};

/** Whether the step passes although nothing is proven. Pure. */
export function isExcused(
  { verdict: { status } }: Ending,
  { onInconclusive, onError }: Reactions,
): boolean {
  return (
    (status === 'inconclusive' && onInconclusive === 'pass') ||
    (status === 'error' && onError === 'pass')
  );
}

/**
 * What becomes of the release: marked as verified by a success alone, taken back where a rollback is
 * wanted and can cure what was found. A check that failed speaks about the release; one that says
 * nothing, or could not be asked, does not. Pure.
 */
export function followUp(ending: Ending, reactions: Reactions): FollowUp {
  const { status } = ending.verdict;
  const nothing = (because: string): FollowUp => ({ what: 'nothing', because });
  if (ending.cancelled) return nothing('the run was cancelled');
  if (status === 'succeeded') return { what: 'mark' };
  if (reactions.onFailure === 'none') return nothing('on-failure is none');
  if (isExcused(ending, reactions)) return nothing(`on-${status} is pass`);
  if (status === 'failed' || reactions.rollbackOn === 'any') return { what: 'roll-back' };
  if (status === 'inconclusive' && reactions.onInconclusive === 'rollback') {
    return { what: 'roll-back' };
  }
  return nothing('nothing was found that speaks against the release');
}
