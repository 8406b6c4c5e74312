import type { Clock } from '../clock.ts';
import { isTransient } from '../cluster/api-error.ts';
import type { Connection } from '../cluster/connection.ts';
import { deleteObject } from '../cluster/delete.ts';
import { objectName, RESOURCES } from '../cluster/object.ts';
import { errorMessage } from '../errors.ts';
import { openLookUp } from './look-up.ts';
import { obstacleKey } from './memory.ts';
import type { RolloutPolicy } from './policy.ts';
import type { RolloutTarget } from './target.ts';
import { isOver, type Standing, track, unseen } from './tracker.ts';
import { podToDelete } from './unwedge.ts';
import type { Verdict } from './verdict.ts';
import { openView, type ViewListener } from './view.ts';
import { watchesFor } from './watches.ts';

/** What the follower of a rollout may want to know as it happens. */
export interface RolloutListener extends ViewListener {
  /** From now on these are watched. */
  onBegin(targets: readonly RolloutTarget[], policy: RolloutPolicy, at: number): void;
  /** Everything that is known is judged now, whether or not it may be out of date. */
  onLook(current: boolean, at: number): void;
  /** How every target stands after a look. */
  onStandings(standings: readonly Standing[]): void;
  /** The verdict on a target is another than before, or says something else. */
  onVerdict(name: string, verdict: Verdict, at: number): void;
}

/** What following a rollout needs. */
export interface FollowTools {
  readonly connection: Connection;
  readonly namespace: string;
  readonly policy: RolloutPolicy;
  readonly listener: RolloutListener;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** However far away the next deadline is, look at the time now and then. */
const LONGEST_WAIT = 5_000;
/** Looking takes at most a quarter of the time, so that a thousand workloads leave room to read events. */
const REST_PER_LOOK = 3;
const LONGEST_REST = 250;

/** Nothing is looked at while a deletion is asked for; the next look asks for it again. */
const PATIENCE_TO_DELETE = { patience: 2_000, timeout: 5_000 } as const;

/**
 * Deletes old pods that keep a StatefulSet from being updated, each once; again where the API server
 * was in trouble.
 */
function unwedger({ connection, policy, listener, signal }: FollowTools) {
  const asked = new Set<string>();
  const said = new Set<string>();
  return async (standing: Standing, now: number): Promise<void> => {
    const pod = podToDelete(standing, policy, now);
    const { uid = '', name } = pod?.metadata ?? {};
    if (!pod || asked.has(uid)) return;
    asked.add(uid);
    const what = `${objectName('Pod', name ?? '')} of ${standing.target.name}`;
    try {
      await deleteObject(connection, RESOURCES.pods, pod, { signal, ...PATIENCE_TO_DELETE });
      listener.onNotice(
        `Deleted ${what}: it is of an earlier template and not Ready, and with podManagementPolicy OrderedReady nothing is updated before it is.`,
      );
    } catch (error) {
      if (signal.aborted) return;
      if (isTransient(error)) asked.delete(uid);
      const text = `${what} keeps it from being updated: ${errorMessage(error)}`;
      if (!said.has(text)) listener.onNotice(text);
      said.add(text);
    }
  };
}

/** When time alone may change something. */
function nextLook(standings: readonly Standing[], policy: RolloutPolicy, now: number): number {
  const times = standings.flatMap(({ verdict, memory }) => {
    const blocked = memory.since.get(obstacleKey('OldPodNotReady'));
    return [
      ...(verdict.status === 'progressing' ? [verdict.reconsiderAt] : []),
      ...(blocked === undefined ? [] : [blocked + policy.blockedGrace]),
    ];
  });
  return Math.min(now + LONGEST_WAIT, ...times.filter((at) => at > now));
}

/**
 * Watches `targets`, all of one namespace or of none, until all have succeeded, or one has failed:
 * then the others' progress does not matter any more, and they keep their last verdict; so they all
 * do when the signal aborts. One open watch per kind, however many targets.
 * @throws ApiError when watching is refused
 */
export async function followRollout(
  tools: FollowTools,
  targets: readonly RolloutTarget[],
): Promise<readonly Standing[]> {
  if (targets.length === 0) return [];
  const { policy, listener, clock, signal } = tools;
  const begin = clock.now();
  listener.onBegin(targets, policy, begin);
  const tracker = track(targets, policy, begin);
  const view = openView(tools, watchesFor(targets));
  const unwedge = unwedger(tools);
  const lookUp = openLookUp(tools);
  const said = new Map<string, string>();
  let standings: readonly Standing[] = [];
  try {
    while (!signal.aborted) {
      view.throwIfRefused();
      const now = clock.now();
      let next = now + LONGEST_WAIT;
      if (view.isComplete()) {
        const { collections, current } = view.read(now);
        const look = (): readonly Standing[] => {
          listener.onLook(current, now);
          // Also those that are done: they have to stay well until the last one is.
          return tracker.look({ ...collections, ...lookUp.collections() }, current, now);
        };
        standings = look();
        if (await lookUp.ask(standings, now)) standings = look();
        listener.onStandings(standings);
        for (const { target, verdict } of standings) {
          const text = `${verdict.status} ${verdict.message}`;
          if (said.get(target.name) !== text) listener.onVerdict(target.name, verdict, now);
          said.set(target.name, text);
        }
        if (isOver(standings)) break;
        // What may be out of date is no reason to delete anything.
        if (current) for (const standing of standings) await unwedge(standing, now);
        next = nextLook(standings, policy, now);
        const rest = Math.min(LONGEST_REST, REST_PER_LOOK * (clock.now() - now));
        await clock.sleep(rest, signal).catch(() => undefined);
      } else if (now >= begin + policy.timeout) break;
      await view.changed(Math.max(1, next - clock.now()));
    }
  } finally {
    await view.close();
  }
  if (standings.length > 0) return standings;
  return targets.map((target) =>
    unseen(
      target,
      signal.aborted
        ? `${target.name} was not watched yet when the run was cancelled.`
        : `${target.name} could not be watched: the API server did not answer.`,
      begin,
    ),
  );
}
