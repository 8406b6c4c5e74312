import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '@paal/core/cluster/object';
import type { RolloutPolicy } from '@paal/core/rollout/policy';
import { type FlightEntry, parseFlightRecord } from '@paal/core/rollout/replay';
import type { RolloutTarget } from '@paal/core/rollout/target';
import { repositoryRoot } from '../../scripts/repository.ts';

/** A state of an object, as a watch delivered it; `undefined` when it was deleted. */
export interface Delivery {
  readonly at: number;
  readonly kind: string;
  readonly uid: string;
  readonly object: KubeObject | undefined;
}

/** One rollout of a flight record that was taken from a real cluster. */
export interface Recording {
  /** File and phase: `deployment-crash: release 2`. */
  readonly name: string;
  readonly begin: number;
  readonly end: number;
  readonly targets: readonly RolloutTarget[];
  readonly policy: RolloutPolicy;
  /** Every kind that was watched. */
  readonly kinds: readonly string[];
  readonly deliveries: readonly Delivery[];
  /** The last verdict on each target: `failed CrashLoop`. */
  readonly verdicts: ReadonlyMap<string, string>;
}

const FOLDER = join(repositoryRoot, 'test/flight-records');

/** The entries of every record, by its name. */
export function flightRecords(): ReadonlyMap<string, readonly FlightEntry[]> {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.jsonl'));
  return new Map(
    files.map((file) => [
      file.replace('.jsonl', ''),
      parseFlightRecord(readFileSync(join(FOLDER, file), 'utf8')),
    ]),
  );
}

/** A verdict in short: its status, and the cause of a failure. */
export function inShort(verdict: { readonly status: string; readonly finding?: object }): string {
  const { reason } = (verdict.finding ?? {}) as { reason?: string };
  return reason === undefined ? verdict.status : `${verdict.status} ${reason}`;
}

function recordingOf(record: string, phase: string, entries: readonly FlightEntry[]): Recording {
  const first = entries.find((entry) => 'targets' in entry);
  if (!first || !('targets' in first)) throw new Error(`${record} has no targets`);
  return {
    name: `${record}: ${phase}`,
    begin: first.at,
    end: entries.at(-1)?.at ?? first.at,
    targets: first.targets,
    policy: first.policy,
    kinds: [...new Set(entries.flatMap((entry) => ('kind' in entry ? [entry.kind] : [])))],
    deliveries: entries.flatMap((entry) =>
      'kind' in entry && entry.uid !== undefined
        ? [{ at: entry.at, kind: entry.kind, uid: entry.uid, object: entry.object ?? undefined }]
        : [],
    ),
    verdicts: new Map(
      entries.flatMap((entry) =>
        'verdict' in entry ? [[entry.workload, inShort(entry.verdict)] as const] : [],
      ),
    ),
  };
}

/** Every rollout of every record. */
export function recordings(): readonly Recording[] {
  return [...flightRecords()].flatMap(([record, entries]) => {
    const starts = entries.flatMap((entry, index) => ('targets' in entry ? [index] : []));
    let phase = '';
    return starts.map((start, index) => {
      for (const entry of entries.slice(0, start)) if ('phase' in entry) phase = entry.phase;
      const part = entries.slice(start, starts[index + 1]);
      return recordingOf(record, phase.split(' (')[0] ?? '', part);
    });
  });
}
