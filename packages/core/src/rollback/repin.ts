import { type KubeObject, objectName } from '../cluster/object.ts';
import { errorMessage, UserError } from '../errors.ts';
import { isLost } from '../release/lease.ts';
import type { RolloutTarget } from '../rollout/target.ts';
import { type Architectures, readArchitectures } from '../workload/architectures.ts';
import { type Followed, followRevert, patient } from './follow-revert.ts';
import {
  type Compared,
  type MovedImage,
  movedImages,
  movedSentence,
  pinned,
  untoldSentence,
} from './moved-images.ts';
import { causeOfRollback } from './put-back.ts';
import { revertWorkload } from './revert.ts';
import type { RollbackTools } from './run.ts';
import type { Source } from './sources.ts';
import type { RollbackTarget } from './target.ts';

/** What the workloads are put back from. */
interface Origins {
  readonly from: readonly Source[];
  readonly elsewhere: readonly KubeObject[];
}

/** How a rollback ended, and what had to be put back by its digest. */
export interface Settled extends Followed {
  readonly repinned: readonly MovedImage[];
  /** Images of which it cannot be told whether they are what the release ran. */
  readonly untold: readonly MovedImage[];
}

/** Reasons that say that the image of a digest cannot be had any more. */
const NOT_PULLED = ['ImageNotFound', 'ImagePullDenied', 'ImagePullFailed'];

const HINT =
  'Push that image again, or go back to another release; and give every build a tag of its own, such as the commit.';

const NOTHING = { repinned: [], untold: [] } as const;

function failedFor(
  [moved]: readonly [MovedImage, ...MovedImage[]],
  followed: Followed,
  why: string,
): Settled {
  const message = `${movedSentence(moved)} ${why}`;
  const { workload, container } = moved;
  const finding = {
    workload,
    container,
    reason: 'ImageMoved',
    class: 'permanent',
    message,
  } as const;
  const findings = [{ ...finding, hint: HINT }, ...followed.findings];
  return { ...followed, status: 'failed', findings, message, reason: 'ImageMoved', ...NOTHING };
}

/** The outcomes of a watch, with those that a second one has seen anew. */
function overlaid(first: Followed['outcomes'], second: Followed['outcomes']): Followed['outcomes'] {
  return first.map((one) => second.find(({ target }) => target.name === one.target.name) ?? one);
}

/** Writes the workloads with moved images once more: by their digests, or as the release has them. */
async function writeAgain(
  tools: RollbackTools,
  { from, elsewhere }: Origins,
  moved: readonly MovedImage[],
  by: 'digest' | 'tag',
  dryRun = false,
): Promise<readonly RolloutTarget[]> {
  const targets: RolloutTarget[] = [];
  for (const { release, content } of from) {
    const cause = causeOfRollback(release.number, tools);
    const wanted = by === 'digest' ? pinned(content, moved) : content;
    for (const { workload } of content.workloads) {
      const name = objectName(workload.kind, workload.name);
      if (!moved.some((one) => one.workload === name && one.release === release.number)) continue;
      const options = { ...patient(tools), cause, dryRun };
      targets.push(await revertWorkload(tools.connection, workload, wanted, elsewhere, options));
    }
  }
  return targets;
}

/** Puts the tag back where the image of the digest cannot be had, so that no rollout is left half done. */
async function giveUp(
  tools: RollbackTools,
  origins: Origins,
  moved: readonly MovedImage[],
): Promise<string> {
  try {
    const again = await followRevert(tools, await writeAgain(tools, origins, moved, 'tag'));
    return again.status === 'succeeded'
      ? 'What the tag names serves in its place.'
      : `What the tag names was put in its place: ${again.message}`;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `It was left so: ${errorMessage(error)}`;
  }
}

/**
 * Compares what the pods run after a revert that serves with what the release ran, and puts the image
 * back by its digest where a tag has moved. The second watch has as much time as the first.
 */
export async function settleImages(
  tools: RollbackTools,
  target: RollbackTarget,
  origins: Origins,
  followed: Followed,
): Promise<Settled> {
  if (followed.status !== 'succeeded') return { ...followed, ...NOTHING };
  const compare = (architectures: Architectures): Compared =>
    movedImages(followed.outcomes, target, origins.from, architectures);
  const unaided = compare(undefined);
  if (unaided.moved.length + unaided.untold.length === 0) return { ...followed, ...NOTHING };
  const { connection } = tools;
  const compared = compare(await readArchitectures(connection, patient(tools)));
  const { untold } = compared;
  const nothing = { ...followed, repinned: [], untold };
  for (const one of untold) tools.listener.onNotice(untoldSentence(one));
  const [first, ...others] = compared.moved;
  if (!first) return nothing;
  const moved = [first, ...others] as const;
  for (const one of moved) tools.listener.onNotice(movedSentence(one));
  if (isLost(tools.signal)) {
    const message = errorMessage(tools.signal.reason);
    return { ...nothing, status: 'failed', message, reason: 'Superseded' };
  }
  const hopeless = moved.find(({ pin }) => pin === undefined);
  if (hopeless) {
    return failedFor(
      [hopeless],
      followed,
      'That release ran several images under it, or one of another architecture, or one that came without a registry, so that there is no digest to put it back by.',
    );
  }
  let targets: readonly RolloutTarget[];
  try {
    // All or nothing, as the revert itself.
    await writeAgain(tools, origins, moved, 'digest', true);
    targets = await writeAgain(tools, origins, moved, 'digest');
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return failedFor(moved, followed, errorMessage(error));
  }
  for (const { workload, pin } of moved) {
    tools.listener.onNotice(`${workload} is put back to ${pin}`);
  }
  const again = await followRevert(tools, targets);
  const outcomes = overlaid(followed.outcomes, again.outcomes);
  if (again.status === 'succeeded') return { ...again, outcomes, repinned: moved, untold };
  const cause = again.findings.find(({ reason }) => NOT_PULLED.includes(reason));
  if (!cause) return { ...again, outcomes, repinned: [], untold };
  const rest = await giveUp(tools, origins, moved);
  return failedFor(moved, { ...again, outcomes }, `${cause.message} ${rest}`);
}
