import type { KubeObject } from '../cluster/object.ts';
import { UserError } from '../errors.ts';
import type { TimelineEntry } from '../report/run-summary.ts';
import type { Collections } from '../workload/kinds/kind.ts';
import type { RolloutPolicy } from './policy.ts';
import type { RolloutTarget } from './target.ts';
import { type Tracker, track } from './tracker.ts';
import type { Verdict } from './verdict.ts';

/** One line of a flight record. Times are milliseconds after the start. */
export type FlightEntry = { readonly at: number } & (
  | { readonly phase: string }
  | { readonly targets: readonly RolloutTarget[]; readonly policy: RolloutPolicy }
  | { readonly kind: string; readonly uid?: string; readonly object?: KubeObject | null }
  | { readonly current: boolean }
  | { readonly workload: string; readonly verdict: Verdict }
  | { readonly notice: string }
);

/** What a replay tells: a phase that begins, or a verdict that is another than before. */
export type Replayed =
  | { readonly at: number; readonly phase: string }
  | {
      readonly at: number;
      readonly workload: string;
      readonly verdict: Verdict;
      /** Whether the record has the same at this place. */
      readonly asRecorded: boolean;
    };

/**
 * Reads the lines of a flight record.
 * @throws UserError that names the line which is none
 */
export function parseFlightRecord(text: string): readonly FlightEntry[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      const entry = JSON.parse(line) as FlightEntry;
      if (typeof entry === 'object' && typeof entry?.at === 'number') return [entry];
    } catch {
      // Said below.
    }
    throw new UserError(`Line ${index + 1} is not of a flight record: ${line.slice(0, 80)}`);
  });
}

/** The timeline of a run that was killed, from its flight record, whose last line may be cut off. Pure. */
export function recordedTimeline(text: string): readonly TimelineEntry[] {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return parseFlightRecord(whole).flatMap((entry) =>
    'verdict' in entry
      ? [{ at: entry.at, subject: entry.workload, text: entry.verdict.message }]
      : [],
  );
}

function textOf({ status, message }: Verdict): string {
  return `${status} ${message}`;
}

/** Decides again from what was seen, look by look. Pure. */
export function replay(entries: readonly FlightEntry[]): readonly Replayed[] {
  const told: Replayed[] = [];
  const objects = new Map<string, Map<string, KubeObject>>();
  const recorded = new Map<string, string>();
  const said = new Map<string, string>();
  let tracker: Tracker | undefined;
  const collections = (): Collections =>
    Object.fromEntries([...objects].map(([kind, all]) => [kind, [...all.values()]]));

  entries.forEach((entry, index) => {
    if ('phase' in entry) told.push({ at: entry.at, phase: entry.phase });
    else if ('targets' in entry) {
      tracker = track(entry.targets, entry.policy, entry.at);
      objects.clear();
      said.clear();
      recorded.clear();
    } else if ('kind' in entry) {
      const all = objects.get(entry.kind) ?? new Map<string, KubeObject>();
      objects.set(entry.kind, all);
      if (entry.uid === undefined) return;
      if (entry.object) all.set(entry.uid, entry.object);
      else all.delete(entry.uid);
    } else if ('current' in entry && tracker) {
      // The verdicts of a look follow it in the record.
      for (let next = index + 1; next < entries.length; next += 1) {
        const follower = entries[next] as FlightEntry;
        if (!('verdict' in follower)) break;
        recorded.set(follower.workload, textOf(follower.verdict));
      }
      for (const { target, verdict } of tracker.look(collections(), entry.current, entry.at)) {
        const text = textOf(verdict);
        if (said.get(target.name) === text) continue;
        said.set(target.name, text);
        const asRecorded = recorded.get(target.name) === text;
        told.push({ at: entry.at, workload: target.name, verdict, asRecorded });
      }
    }
  });
  return told;
}
