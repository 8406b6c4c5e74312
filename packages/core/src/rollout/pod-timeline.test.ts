import { describe, expect, test } from '@jest/globals';
import { leaving } from '../workload/kinds/kinds.test-data.ts';
import type { Pod } from '../workload/types.ts';
import { deployment, pod, replicaSet, terminated } from '../workload/workload.test-data.ts';
import { startPodTimeline } from './pod-timeline.ts';

const rs = replicaSet(deployment());
const old = pod(rs, undefined, 'web-old');
const starting = pod(rs, [{ name: 'web', ready: false, state: { running: {} } }], 'web-new');
const ready = pod(rs, undefined, 'web-new');

function byUid(...pods: readonly Pod[]): ReadonlyMap<string, Pod> {
  return new Map(pods.map((one) => [one.metadata.uid ?? '', one]));
}

function uid({ metadata }: Pod): string {
  return metadata.uid ?? '';
}

describe('the timeline of pods', () => {
  test('has each state of each pod, the old ones until they are gone', () => {
    const timeline = startPodTimeline();
    timeline.see(byUid(old), 0);
    timeline.tell(new Set());
    timeline.see(byUid(old, starting), 1_000);
    timeline.tell(new Set([uid(starting)]));
    timeline.see(byUid(old, ready), 3_000);
    timeline.see(byUid(leaving(old), ready), 3_500);
    timeline.see(byUid(ready), 5_000);
    expect(timeline.phases(9_000)).toEqual([
      { subject: 'old web-old', label: 'ready', from: 0, to: 3_500, outcome: 'good' },
      { subject: 'old web-old', label: 'ending', from: 3_500, to: 5_000, outcome: 'open' },
      { subject: 'new web-new', label: 'starting', from: 1_000, to: 3_000, outcome: 'open' },
      { subject: 'new web-new', label: 'ready', from: 3_000, to: 9_000, outcome: 'good' },
    ]);
  });

  test('shows a pod that crashed as failing until it is well, and first of all', () => {
    const timeline = startPodTimeline();
    timeline.see(byUid(old, pod(rs, terminated(1, 0), 'web-new')), 1_000);
    timeline.tell(new Set([uid(ready)]));
    timeline.see(byUid(old, ready), 2_000);
    const states = timeline.phases(3_000).map(({ subject, label }) => `${subject}: ${label}`);
    expect(states).toEqual(['new web-new: failing', 'new web-new: ready', 'old web-old: ready']);
  });

  test('calls a pod of a release new although it is there at the first look, and is taken back later', () => {
    const timeline = startPodTimeline();
    timeline.see(byUid(old, ready), 0);
    timeline.tell(new Set([uid(ready)]));
    timeline.tell(new Set([uid(old)]));
    const subjects = timeline.phases(1_000).map(({ subject }) => subject);
    expect(subjects).toEqual(['old web-old', 'new web-new']);
  });

  test('leaves out what would make the chart unreadable', () => {
    const timeline = startPodTimeline();
    const many = Array.from({ length: 50 }, (_, index) => pod(rs, undefined, `web-${index}`));
    timeline.see(byUid(...many), 0);
    expect(timeline.phases(1)).toHaveLength(16);
  });
});
