import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../cluster/object.ts';
import { deployment, pod, replicaSet, terminated } from '../workload/workload.test-data.ts';
import { startJournal } from './journal.ts';
import { DEFAULT_POLICY, type RolloutPolicy } from './policy.ts';
import { parseFlightRecord, recordedTimeline, replay } from './replay.ts';
import { targetOf } from './rollout.test-data.ts';
import { track } from './tracker.ts';

const written = deployment({ status: { observedGeneration: 1 } });
const rolling = deployment({ status: { replicas: 4, updatedReplicas: 1, availableReplicas: 3 } });
const rs = replicaSet(rolling);

function byUid(...objects: readonly KubeObject[]): ReadonlyMap<string, KubeObject> {
  return new Map(objects.map((object) => [object.metadata.uid ?? '', object]));
}

/** The record of a container that crashes three times, as the action writes it. */
function recordOf(policy: RolloutPolicy = DEFAULT_POLICY): string {
  const lines: string[] = [];
  let now = 500;
  const clock = { now: () => now, sleep: async () => undefined };
  const sinks = {
    print: () => undefined,
    record: (entry: object) => lines.push(JSON.stringify(entry)),
  };
  const journal = startJournal(sinks, clock);
  const targets = [targetOf(written)];
  journal.begin('release 3');
  journal.onBegin(targets, policy, now);
  const tracker = track(targets, policy, now);
  for (const restarts of [0, 1, 2]) {
    now += 5_000;
    const crashed = pod(rs, terminated(1, restarts));
    journal.onObjects('deployments.apps', byUid(rolling), now);
    journal.onObjects('replicasets.apps', byUid(rs), now);
    journal.onObjects('pods', byUid(crashed), now);
    journal.onLook(true, now);
    const collections = {
      'deployments.apps': [rolling],
      'replicasets.apps': [rs],
      pods: [crashed],
    };
    for (const { target, verdict } of tracker.look(collections, true, now)) {
      journal.onVerdict(target.name, verdict, now);
    }
  }
  return lines.join('\n');
}

describe('a replay of a flight record', () => {
  test('gives the verdicts again, at the same times', () => {
    const told = replay(parseFlightRecord(recordOf()));
    expect(told[0]).toEqual({ at: 0, phase: 'release 3' });
    expect(told.at(-1)).toMatchObject({
      at: 15_000,
      workload: 'deployment/web',
      verdict: { status: 'failed', finding: { reason: 'CrashLoop' } },
      asRecorded: true,
    });
    expect(told.every((one) => 'phase' in one || one.asRecorded)).toBe(true);
  });

  test('tells where it decides otherwise than the record', () => {
    const record = recordOf().replaceAll('"count":3', '"count":4');
    expect(replay(parseFlightRecord(record)).at(-1)).toMatchObject({
      verdict: { status: 'progressing' },
      asRecorded: false,
    });
  });

  test('names the line that is not of a record', () => {
    expect(() => parseFlightRecord('{"at":1,"phase":"x"}\n\nhello')).toThrow(
      'Line 3 is not of a flight record: hello',
    );
  });
});

describe('the timeline of a run that was killed', () => {
  test('has what its flight record has, up to the line that is cut off', () => {
    const timeline = recordedTimeline(recordOf());
    expect(timeline.length).toBeGreaterThan(0);
    expect(timeline[0]).toMatchObject({ at: 5_000, subject: 'deployment/web' });
    expect(recordedTimeline(`${recordOf()}\n{"at":9`).length).toBe(timeline.length + 1);
    expect(recordedTimeline('')).toEqual([]);
  });
});
