import { describe, expect, test } from '@jest/globals';
import { daemonSet, NEW, node, OLD, podOn, revision, type Status } from './daemon-set.test-data.ts';
import { daemonSetRules } from './daemon-set.ts';
import { collectionsOf, judged, leaving, podOf } from './kinds.test-data.ts';

describe('a DaemonSet is complete', () => {
  // Its status as the controller wrote it during an update of one node with maxSurge.
  test.each<[string, Partial<Status>, boolean]>([
    ['the spec is written', { observedGeneration: 1, updatedNumberScheduled: 1 }, false],
    ['the change is seen, the old pod is available', { updatedNumberScheduled: 0 }, false],
    [
      'the new pod is there and not ready',
      { updatedNumberScheduled: 1, numberReady: 0, numberAvailable: 0 },
      false,
    ],
    [
      'it is ready, and not yet for minReadySeconds',
      { updatedNumberScheduled: 1, numberAvailable: 0 },
      false,
    ],
    ['it is available', { updatedNumberScheduled: 1 }, true],
  ])('once all is done: %s', (_, status, complete) => {
    const one = {
      desiredNumberScheduled: 1,
      currentNumberScheduled: 1,
      numberReady: 1,
      numberAvailable: 1,
    };
    expect(judged(daemonSetRules, daemonSet({ ...one, ...status })).complete).toBe(complete);
  });

  test('not when counters are absent, which means 0', () => {
    const set = { ...daemonSet(), status: { observedGeneration: 2, desiredNumberScheduled: 1 } };
    expect(judged(daemonSetRules, set)).toMatchObject({
      complete: false,
      text: '0 of 1 updated, 0 available',
    });
  });

  test('not by pods that are Ready before the counters say that they are available', () => {
    const one = { desiredNumberScheduled: 1, currentNumberScheduled: 1, updatedNumberScheduled: 0 };
    const set = daemonSet({ ...one, numberReady: 1, numberAvailable: 1 }, { minReadySeconds: 5 });
    const others = [revision(set, 2, NEW), podOn('node-1', set), node('node-1')];
    expect(judged(daemonSetRules, set, ...others).complete).toBe(false);
  });

  test('whatever pods there are where none should run', () => {
    expect(judged(daemonSetRules, daemonSet({ numberMisscheduled: 2 })).complete).toBe(true);
  });

  test('where no node is to run it, and says so', () => {
    const none = {
      desiredNumberScheduled: 0,
      currentNumberScheduled: 0,
      updatedNumberScheduled: 0,
      numberReady: 0,
      numberAvailable: 0,
      numberMisscheduled: 1,
    };
    expect(judged(daemonSetRules, daemonSet(none))).toMatchObject({
      complete: true,
      serving: { have: 0, want: 0 },
      remark: 'No node is to run it.',
    });
  });

  test('not while it is being deleted', () => {
    expect(judged(daemonSetRules, leaving(daemonSet())).complete).toBe(false);
  });
});

describe('the new pods of a DaemonSet', () => {
  test('are those with the hash of the ControllerRevision of its template', () => {
    const set = daemonSet();
    const revisions = [revision(set, 1, OLD, 'shop/web:1'), revision(set, 2, NEW)];
    const mine = podOn('node-1', set);
    const related = daemonSetRules.relate(
      set,
      collectionsOf(...revisions, mine, podOn('node-2', set, OLD)),
    );
    expect(related.newPods).toEqual([mine]);
    expect(related.pods).toHaveLength(2);
  });

  test('are never those of the revision before, while the event of the new one is late', () => {
    const set = daemonSet({ updatedNumberScheduled: 0 });
    const related = daemonSetRules.relate(
      set,
      collectionsOf(revision(set, 1, OLD, 'shop/web:1'), podOn('node-1', set, OLD)),
    );
    expect(related.newPods).toEqual([]);
  });

  test('leave out those that are on their way out', () => {
    const set = daemonSet();
    const mine = podOn('node-1', set, NEW, { leaving: true });
    expect(daemonSetRules.relate(set, collectionsOf(revision(set, 2, NEW), mine)).newPods).toEqual(
      [],
    );
  });

  test('are also known by the generation of the template', () => {
    const plain = daemonSet();
    const annotations = { 'deprecated.daemonset.template.generation': '7' };
    const set = { ...plain, metadata: { ...plain.metadata, annotations } };
    const mine = podOf(set, { name: 'mine', labels: { 'pod-template-generation': '7' } });
    const old = podOf(set, { name: 'old', labels: { 'pod-template-generation': '6' } });
    expect(daemonSetRules.relate(set, collectionsOf(mine, old)).newPods).toEqual([mine]);
  });

  test('are after a revert those that were never replaced, too', () => {
    const set = daemonSet();
    const revisions = [revision(set, 3, OLD), revision(set, 2, NEW, 'shop/web:3')];
    const kept = podOn('node-1', set, OLD);
    const related = daemonSetRules.relate(
      set,
      collectionsOf(...revisions, kept, podOn('node-2', set, NEW)),
    );
    expect(related.newPods).toEqual([kept]);
  });
});

describe('with OnDelete', () => {
  test('a pod where none should run makes up for no other', () => {
    const status = { updatedNumberScheduled: 1, numberMisscheduled: 1, numberAvailable: 2 };
    const set = daemonSet(status, { updateStrategy: { type: 'OnDelete' } });
    const others = [
      revision(set, 2, NEW),
      podOn('node-1', set, NEW, { ready: false }),
      podOn('node-2', set, OLD),
      podOn('node-3', set, OLD),
      podOn('stray', set),
    ];
    expect(judged(daemonSetRules, set, ...others).complete).toBe(false);
  });

  test('a pod where none should run is not waited for', () => {
    const set = daemonSet({ numberMisscheduled: 1 }, { updateStrategy: { type: 'OnDelete' } });
    const nodes = ['node-1', 'node-2', 'node-3', 'stray'];
    const others = [revision(set, 2, NEW), ...nodes.map((name) => podOn(name, set))];
    expect(judged(daemonSetRules, set, ...others).complete).toBe(true);
  });

  const onDelete = { updateStrategy: { type: 'OnDelete' as const } };

  test('a DaemonSet is complete as soon as the change is seen, and says who runs what', () => {
    const set = daemonSet({ updatedNumberScheduled: 1 }, onDelete);
    const others = [
      revision(set, 2, NEW),
      podOn('node-1', set),
      podOn('node-2', set, OLD),
      podOn('node-3', set, OLD),
    ];
    expect(judged(daemonSetRules, set, ...others)).toMatchObject({
      complete: true,
      serving: { have: 1, want: 3 },
      remark:
        '2 of 3 pods run an earlier template: with the update strategy OnDelete a pod is replaced when somebody deletes it.',
    });
  });

  test.each<[string, Partial<Status>, readonly { readonly ready: boolean }[]]>([
    ['is not there', { currentNumberScheduled: 2, updatedNumberScheduled: 0 }, []],
    ['is not ready', { updatedNumberScheduled: 1 }, [{ ready: false }]],
    ['is ready and not yet available', { updatedNumberScheduled: 1 }, [{ ready: true }]],
    ['is only known by the counters', { updatedNumberScheduled: 1 }, []],
  ])(
    'the successor of a pod that somebody deleted is waited for while it %s',
    (_, status, pods) => {
      const set = daemonSet({ numberAvailable: 2, ...status }, onDelete);
      const others = [revision(set, 2, NEW), podOn('node-2', set, OLD), podOn('node-3', set, OLD)];
      const successors = pods.map((options) => podOn('node-1', set, NEW, options));
      expect(judged(daemonSetRules, set, ...others, ...successors).complete).toBe(false);
    },
  );
});

test('with OnDelete a pod that the counters do not know of yet is waited for', () => {
  const set = daemonSet({ updatedNumberScheduled: 1 }, { updateStrategy: { type: 'OnDelete' } });
  const others = [revision(set, 2, NEW), podOn('node-1', set), podOn('node-3', set, OLD)];
  for (const ready of [true, false]) {
    const successor = podOn('node-2', set, NEW, { ready });
    expect(judged(daemonSetRules, set, ...others, successor).complete).toBe(false);
  }
});

test('the counters of the past are no progress of a DaemonSet', () => {
  expect(judged(daemonSetRules, daemonSet({ observedGeneration: 1 }))).toMatchObject({
    text: 'waiting for the controller to see the change',
    advance: [],
  });
});
