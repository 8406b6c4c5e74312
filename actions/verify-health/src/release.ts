import type { ActionContext } from '@paal/core/action/lifecycle';
import { errorMessage, UserError } from '@paal/core/errors';
import type { Measured } from '@paal/core/release/measured';
import type { Pruned } from '@paal/core/rollout/prune-objects';
import { lookForLeftovers, pruneLeftovers, refName } from '@paal/core/rollout/prune-release';
import { markVerified } from '@paal/core/rollout/verified';
import { type Turn, whileAlone } from './alone.ts';
import type { Subject } from './subject.ts';

/** An object that earlier releases left, and stays. */
export interface Kept {
  readonly name: string;
  readonly because: string;
}

/** What became of the release. */
export interface Marking {
  readonly release: number;
  readonly verified: boolean;
  /** Why it was not marked. */
  readonly because: string | undefined;
  readonly pruned: readonly Pruned[];
  readonly kept: readonly Kept[];
  /** Why nothing could be pruned. */
  readonly notPruned: string | undefined;
}

const NOTHING = { pruned: [], kept: [], notPruned: undefined } as const;

/** What becomes of a release that is not marked: nothing. */
export function unmarked({ release }: Subject, because: string): Marking {
  return { release: release.number, verified: false, because, ...NOTHING };
}

async function prune(
  subject: Subject,
  signal: AbortSignal,
): Promise<Pick<Marking, 'pruned' | 'kept' | 'notPruned'>> {
  const { release, content } = subject;
  if (!content.prune) return NOTHING;
  try {
    const leftovers = await lookForLeftovers(subject, content, release.number, { signal });
    const pruned = await pruneLeftovers(subject, release, leftovers, { signal });
    const kept = leftovers.kept.map(({ ref, because }) => ({ name: refName(ref), because }));
    return { pruned, kept, notPruned: undefined };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...NOTHING, notPruned: errorMessage(error) };
  }
}

/**
 * Marks the release as verified, with what was measured of it, when it still serves, and then prunes what it asks for; while no other
 * run changes the app.
 */
export async function settleRelease(
  subject: Subject,
  measured: Measured,
  turn: Turn,
  context: ActionContext,
): Promise<Marking> {
  const { release, content } = subject;
  const done = await whileAlone(subject, turn, context, async (releases, signal) => {
    const { workloads } = content;
    const options = { signal, measured };
    const because = await markVerified(subject, releases, release, workloads, options);
    if (because) return unmarked(subject, because);
    return {
      ...unmarked(subject, ''),
      verified: true,
      because: undefined,
      ...(await prune(subject, signal)),
    };
  });
  return typeof done === 'string' ? unmarked(subject, done) : done;
}
