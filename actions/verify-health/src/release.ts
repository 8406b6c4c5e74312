import type { ActionContext } from '@paal/core/action/lifecycle';
import { type Connection, connect, loadKubeConfig } from '@paal/core/cluster/connection';
import { type Discovery, discover } from '@paal/core/cluster/discovery';
import { errorMessage, UserError } from '@paal/core/errors';
import { type Ledger, openLedger } from '@paal/core/release/ledger';
import type { Release, ReleaseContent } from '@paal/core/release/release';
import type { Pruned } from '@paal/core/rollout/prune-objects';
import {
  lookForLeftovers,
  planPruning,
  pruneLeftovers,
  refName,
} from '@paal/core/rollout/prune-release';
import { markVerified } from '@paal/core/rollout/verified';

/** The release that is verified, and where it is. */
export interface Subject {
  readonly connection: Connection;
  readonly discovery: Discovery;
  readonly ledger: Ledger;
  readonly namespace: string;
  readonly release: Release;
  readonly content: ReleaseContent;
}

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

async function find(ledger: Ledger, app: string, namespace: string, number: number) {
  const releases = await ledger.list();
  const release = releases.find((one) => one.number === number);
  if (release) return release;
  const numbers = releases.map((one) => one.number).sort((a, b) => a - b);
  throw new UserError(
    `There is no release ${number} of ${app} in namespace ${namespace}, to be marked as verified. ` +
      `There are: ${numbers.join(', ') || 'none'}. The inputs "release", "app" and "namespace" must be those of paal/k8s-rollout.`,
  );
}

/**
 * Looks the release up. Changes nothing.
 * @throws UserError when there is no cluster, no such release, or a permission is missing
 */
export async function openSubject(
  number: number,
  app: string,
  givenNamespace: string | undefined,
  { clock, signal }: ActionContext,
): Promise<Subject> {
  const connection = connect(loadKubeConfig(), clock);
  try {
    const namespace = givenNamespace ?? connection.namespace;
    const ledger = openLedger(connection, namespace, app);
    const release = await find(ledger, app, namespace, number);
    const content = await ledger.content(release);
    const discovery = discover(connection, { signal });
    const subject = { connection, discovery, ledger, namespace, release, content };
    // What may not be deleted is said before anything is asked.
    if (content.prune) await planPruning(subject, content, number, { signal });
    return subject;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

const NOTHING = { pruned: [], kept: [], notPruned: undefined } as const;

/** What becomes of a release whose verification did not succeed: nothing. */
export function leave({ release }: Subject, status: string): Marking {
  const because = `its verification ${status === 'failed' ? 'failed' : `ended ${status}`}`;
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

/** Marks the release as verified, when it still serves, and then prunes what it asks for. */
export async function settleRelease(subject: Subject, signal: AbortSignal): Promise<Marking> {
  const { release, content } = subject;
  const begun = { release: release.number, verified: false, ...NOTHING };
  try {
    const because = await markVerified(subject, release, content.workloads, { signal });
    if (because) return { ...begun, because };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...begun, because: errorMessage(error).replace(/\.$/, '') };
  }
  const done = { ...begun, verified: true, because: undefined };
  return { ...done, ...(await prune(subject, signal)) };
}
