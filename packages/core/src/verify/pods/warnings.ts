import { conditionOf } from '../../workload/kinds/status.ts';
import type { LiveWorkload } from '../../workload/live.ts';
import type { Event, Pod } from '../../workload/types.ts';
import { oneLine } from '../text.ts';
import { type SeenReady, standingOf } from './standing.ts';

/** Events that were there when they were first looked at and say nothing of the release: key → version. */
export type OldNews = ReadonlyMap<string, string>;

/** A warning that counts. */
export interface Warning {
  /** What it is about: `pod/web-1`. */
  readonly subject: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
}

/** What keeps a pod from starting; of a pod that is ready now it is over, whatever it was. */
const OF_A_START = [
  'FailedScheduling',
  'FailedMount',
  'FailedAttachVolume',
  'FailedCreatePodSandBox',
  'NetworkNotReady',
];

function keyOf({ metadata }: Event): string {
  return metadata.uid ?? metadata.name;
}

function lastTime({ series, lastTimestamp, eventTime }: Event): string {
  return series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? '';
}

function countOf({ series, count }: Event): number {
  return series?.count ?? count ?? 1;
}

/** Changes whenever an event recurs. */
function versionOf(event: Event): string {
  return `${countOf(event)} ${lastTime(event)}`;
}

/** Milliseconds of a time that the cluster wrote, to the second; NaN where there is none. */
function seconds(text: string | undefined): number {
  return Math.floor(Date.parse(text ?? '') / 1_000) * 1_000;
}

function isWarning({ type }: Event): boolean {
  return type === 'Warning';
}

/**
 * The pods that were there before the release as far as can be told: older than the youngest of all by
 * more than the release is. Both times are the API server's. Pure.
 */
function elders(workloads: readonly LiveWorkload[], age: number): ReadonlySet<string> {
  const pods = workloads.flatMap((workload) => workload.pods);
  const created = ({ metadata }: Pod): number => Date.parse(metadata.creationTimestamp ?? '');
  const youngest = Math.max(...pods.map(created).filter((time) => !Number.isNaN(time)));
  return new Set(
    pods.filter((pod) => youngest - created(pod) > age).map(({ metadata }) => metadata.uid ?? ''),
  );
}

/**
 * Which warnings of the first look are old news: all that are not about a new pod that the release made.
 * Events live for an hour, so that those about the workload may be about an earlier rollout; a new pod has
 * no earlier one. Pure.
 * @param age milliseconds since the release began; `undefined` where that is not known: all are old news
 */
export function oldNewsOf(workloads: readonly LiveWorkload[], age: number | undefined): OldNews {
  const old = age === undefined ? new Set<string>() : elders(workloads, age);
  const fresh = new Set(
    age === undefined
      ? []
      : workloads.flatMap(({ newPods }) => newPods.map(({ metadata }) => metadata.uid ?? '')),
  );
  const events = workloads.flatMap((workload) => workload.events.filter(isWarning));
  return new Map(
    events
      .filter(({ involvedObject: { uid = '' } }) => !fresh.has(uid) || old.has(uid))
      .map((event) => [keyOf(event), versionOf(event)]),
  );
}

/**
 * Whether a warning about a pod is what happens in good rollouts: it did not start at once, or was asked
 * before it was ready. Both times are of the same kubelet. Pure.
 */
function isNoise(event: Event, pod: Pod, seen: SeenReady): boolean {
  const standing = standingOf(pod, seen);
  if (standing === 'gone') return true;
  const { reason = '' } = event;
  if (reason !== 'Unhealthy') return standing === 'ready' && OF_A_START.includes(reason);
  if (standing !== 'ready') return standing === 'starting';
  const since = seconds(conditionOf(pod, 'Ready')?.lastTransitionTime);
  return seconds(lastTime(event)) <= since;
}

/** The warnings about a workload and its new pods that count. Pure. */
export function warningsOf(
  { workload, pods, newPods, events }: LiveWorkload,
  old: OldNews,
  ignored: readonly string[],
  seen: SeenReady,
): readonly Warning[] {
  const fresh = new Map(newPods.map((pod) => [pod.metadata.uid, pod]));
  const all = new Set(pods.map(({ metadata }) => metadata.uid));
  return events.filter(isWarning).flatMap((event) => {
    const { reason = 'no reason', message = '', involvedObject } = event;
    const { uid, kind = workload.kind, name = workload.name } = involvedObject;
    if (ignored.includes(reason) || old.get(keyOf(event)) === versionOf(event)) return [];
    const pod = fresh.get(uid);
    // Pods of earlier templates are on their way out, and are bad at it.
    if (pod ? isNoise(event, pod, seen) : all.has(uid)) return [];
    const subject = `${kind.toLowerCase()}/${name}`;
    return [{ subject, reason, message: oneLine(message), count: countOf(event) }];
  });
}

/** `Unhealthy (3 times) of pod/web-1: Readiness probe failed`. */
export function describeWarning({ subject, reason, message, count }: Warning): string {
  const often = count > 1 ? ` (${count} times)` : '';
  return `${reason}${often} of ${subject}: ${message}`;
}
