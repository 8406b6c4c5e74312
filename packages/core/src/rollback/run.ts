import { isTransient } from '../cluster/api-error.ts';
import type { KubeObject } from '../cluster/object.ts';
import { errorMessage, UserError } from '../errors.ts';
import type { Ledger } from '../release/ledger.ts';
import { UNAVAILABLE } from '../release/not-begun.ts';
import type { Release, ReleaseStatus } from '../release/release.ts';
import type { Finding } from '../report/finding.ts';
import type { FollowTools } from '../rollout/follow.ts';
import type { Standing } from '../rollout/tracker.ts';
import { databaseSentence } from './database.ts';
import { configDrift } from './drift.ts';
import { followRevert, patient } from './follow-revert.ts';
import type { MovedImage } from './moved-images.ts';
import { putBack, type Reverted, without } from './put-back.ts';
import { fatesAfter } from './record.ts';
import { settleImages } from './repin.ts';
import { appliedElsewhere, readSources, type Source } from './sources.ts';
import type { RollbackTarget } from './target.ts';
import { unprovenSentences } from './unproven.ts';

/** What a rollback needs at hand. */
export interface RollbackTools extends FollowTools {
  readonly ledger: Ledger;
  /** Address of the run, for what `kubectl rollout history` says. */
  readonly run: string;
  /** Whether none goes back where one cannot. */
  readonly atomic: boolean;
  /** The release that is gone back from, where it is known. */
  readonly left?: Release | undefined;
  /** What has been said before it began, and is not said in the log again. */
  readonly told?: readonly string[];
}

/** A workload that the API server does not take back. */
export interface Refusal {
  /** `kind/name`. */
  readonly name: string;
  readonly error: UserError;
}

/** How a rollback ended. */
export interface RollbackResult {
  /** `cancelled`: everything was put back, but the run ended before it was known whether it serves. */
  readonly status: 'succeeded' | 'failed' | 'cancelled';
  readonly target: RollbackTarget;
  readonly outcomes: readonly Standing[];
  readonly findings: readonly Finding[];
  /** Workloads that could not be taken back, and why; the rest was. */
  readonly refused: readonly Refusal[];
  /** Images that were put back by their digest, because their tags had moved. */
  readonly repinned: readonly MovedImage[];
  /** Images of which it cannot be told whether they are what the release ran. */
  readonly untold: readonly MovedImage[];
  /** What its pods read and is not as it was then, one sentence each. */
  readonly drift: readonly string[];
  /** What goes back to a state that was not fully available when it was found, one sentence each. */
  readonly unproven: readonly string[];
  /** That the database stays ahead of it, in one sentence. */
  readonly database: string | undefined;
  /** ConfigMaps that were put back. */
  readonly configMaps: readonly string[];
  /** `kind/name` of what was gone, and is there again; workloads and ConfigMaps aside. */
  readonly restored: readonly string[];
  /** One sentence. */
  readonly message: string;
  /** Why it did not succeed, in CamelCase; empty when it did. */
  readonly reason: string;
}

/**
 * The result of a revert that was not made, or not all of it.
 * @throws `error` when it is a bug
 */
export function notReverted(target: RollbackTarget, error: unknown): RollbackResult {
  if (!(error instanceof UserError)) throw error;
  const nothing = {
    outcomes: [],
    findings: [],
    refused: [],
    repinned: [],
    untold: [],
    drift: [],
    unproven: [],
    database: undefined,
    configMaps: [],
    restored: [],
  };
  const reason = isTransient(error) ? UNAVAILABLE : 'RevertRefused';
  return { status: 'failed', target, ...nothing, message: errorMessage(error), reason };
}

/** Says in the ledger what became of a release. That it cannot be said changes no verdict. */
export async function mark(
  { ledger, listener }: RollbackTools,
  release: Release,
  status: ReleaseStatus,
  takenBack?: readonly string[],
): Promise<void> {
  try {
    await ledger.mark(release, status, takenBack);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { number, status: before } = release;
    listener.onNotice(`The ledger still calls release ${number} ${before}: ${errorMessage(error)}`);
  }
}

/** Takes workloads back to `target`, all together, and watches them until they serve. */
export async function rollBack(
  tools: RollbackTools,
  target: RollbackTarget,
): Promise<RollbackResult> {
  const { ledger, listener, told = [] } = tools;
  const tell = (sentences: readonly string[]): void => {
    for (const one of sentences) if (!told.includes(one)) listener.onNotice(one);
  };
  let from: readonly Source[];
  let elsewhere: readonly KubeObject[];
  let reverted: Reverted;
  try {
    from = await readSources(ledger, target, patient(tools));
    elsewhere = await appliedElsewhere(ledger, from, patient(tools));
    reverted = await putBack(tools, target, from, elsewhere);
  } catch (error) {
    return notReverted(target, error);
  }
  const { targets, refused, configMaps, restored, problems } = reverted;
  for (const name of restored) listener.onNotice(`${name} was gone, and is there again`);
  for (const problem of problems) listener.onNotice(problem);
  const reached = without(target, refused);
  const unproven = unprovenSentences(reached, from);
  tell(unproven);
  const tellDrift = async (): Promise<readonly string[]> => {
    const sentences = await configDrift(tools, reached, from);
    tell(sentences);
    return sentences;
  };
  const [served, drift] = await Promise.all([followRevert(tools, targets), tellDrift()]);
  const followed = await settleImages(tools, reached, { from, elsewhere }, served);
  if (followed.status === 'succeeded') {
    for (const { release, status, takenBack } of fatesAfter(await ledger.list(), reached)) {
      await mark(tools, release, status, takenBack);
    }
  }
  const database = followed.status === 'failed' ? undefined : databaseSentence(tools.left, reached);
  if (database) listener.onNotice(database);
  const whole = { ...followed, target, refused, drift, unproven, database, configMaps, restored };
  if (refused.length === 0 || followed.status !== 'succeeded') return whole;
  const names = refused.map(({ name }) => name).join(', ');
  const why = refused.map(({ error }) => errorMessage(error)).join(' ');
  const message = `${names} could not be taken back, and the others were: ${why}`;
  return { ...whole, status: 'failed', message, reason: 'RevertRefused' };
}
