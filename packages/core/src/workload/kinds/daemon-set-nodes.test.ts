import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../cluster/object.ts';
import type { Pod } from '../types.ts';
import { daemonSet, NEW, node, OLD, podOn, revision } from './daemon-set.test-data.ts';
import { type DaemonSet, daemonSetRules } from './daemon-set.ts';
import { judged, podOf } from './kinds.test-data.ts';

describe('nodes that cannot run pods', () => {
  const held = { updatedNumberScheduled: 2, numberAvailable: 2, numberReady: 2 };

  function onThreeNodes(set: DaemonSet, last: Pod, nodes: readonly KubeObject[]) {
    const others = [revision(set, 2, NEW), podOn('node-1', set), podOn('node-2', set)];
    return judged(daemonSetRules, set, ...others, last, ...nodes);
  }

  test('are not waited for, and named (trap 32)', () => {
    const set = daemonSet(held);
    const stuck = podOn('node-3', set, OLD, { ready: false, leaving: true });
    const nodes = [node('node-1'), node('node-2'), node('node-3', false)];
    expect(onThreeNodes(set, stuck, nodes)).toMatchObject({
      complete: true,
      serving: { have: 2, want: 3 },
      remark: 'Not waited for: node-3 (not Ready).',
    });
  });

  test('are those that are cordoned, too, as long as their pods do not serve', () => {
    const set = daemonSet(held);
    const nodes = [node('node-1'), node('node-2'), node('node-3', true, true)];
    expect(onThreeNodes(set, podOn('node-3', set, NEW, { ready: false }), nodes).remark).toBe(
      'Not waited for: node-3 (unschedulable).',
    );
    const served = onThreeNodes(daemonSet(), podOn('node-3', set), nodes);
    expect(served).toMatchObject({ complete: true, serving: { have: 3, want: 3 } });
    expect(served.remark).toBeUndefined();
  });

  test('excuse no pod on a node that can', () => {
    const set = daemonSet({ ...held, updatedNumberScheduled: 1 });
    const others = [
      revision(set, 2, NEW),
      podOn('node-1', set),
      podOn('node-2', set, OLD),
      podOn('node-3', set, NEW, { ready: false }),
    ];
    const nodes = [node('node-1'), node('node-2'), node('node-3', false)];
    const progress = judged(daemonSetRules, set, ...others, ...nodes);
    expect(progress.complete).toBe(false);
    expect(progress.remark).toBeUndefined();
  });

  test.each<[string, NonNullable<DaemonSet['spec']['updateStrategy']>, boolean]>([
    ['with maxUnavailable 1', { rollingUpdate: { maxUnavailable: 1 } }, true],
    ['with a share of one node', { rollingUpdate: { maxUnavailable: '10%' } }, true],
    ['not with maxUnavailable 2', { rollingUpdate: { maxUnavailable: 2 } }, false],
    ['not with maxSurge', { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }, false],
    ['not with OnDelete', { type: 'OnDelete' }, false],
  ])('hold up the pods of others, and are named for it, %s', (_, updateStrategy, named) => {
    const set = daemonSet({ ...held, updatedNumberScheduled: 1 }, { updateStrategy });
    const others = [
      revision(set, 2, NEW),
      podOn('node-1', set, OLD),
      podOn('node-2', set, OLD),
      podOn('node-3', set, NEW, { ready: false }),
    ];
    const nodes = [node('node-1'), node('node-2'), node('node-3', false)];
    expect(judged(daemonSetRules, set, ...others, ...nodes).obstacle).toEqual(
      named
        ? {
            reason: 'NodesUnavailable',
            class: 'infrastructure',
            message:
              'The pods on node-3 (not Ready) are unavailable, and as many as maxUnavailable (1) allows, so that no other pod is replaced.',
            concernsNewPods: true,
          }
        : undefined,
    );
  });

  test('are waited for no longer where the only other one is cordoned and serves', () => {
    const set = daemonSet({
      ...held,
      desiredNumberScheduled: 2,
      currentNumberScheduled: 2,
      numberAvailable: 1,
    });
    const pods = [podOn('node-1', set), podOn('node-3', set, NEW, { ready: false })];
    const nodes = [node('node-1', true, true), node('node-3', false)];
    expect(judged(daemonSetRules, set, revision(set, 2, NEW), ...pods, ...nodes)).toMatchObject({
      complete: true,
      remark: 'Not waited for: node-3 (not Ready).',
    });
  });

  test('hold nobody up where every other pod is new already', () => {
    const set = daemonSet({ ...held, numberAvailable: 1 });
    const nodes = [node('node-1'), node('node-2'), node('node-3', false)];
    const stuck = podOn('node-3', set, NEW, { ready: false });
    expect(onThreeNodes(set, stuck, nodes).obstacle).toBeUndefined();
  });

  test('excuse no pod that is ready and not yet available elsewhere', () => {
    const set = daemonSet({ ...held, numberAvailable: 1 }, { minReadySeconds: 5 });
    const nodes = [node('node-1'), node('node-2'), node('node-3', false)];
    expect(onThreeNodes(set, podOn('node-3', set, NEW, { ready: false }), nodes).complete).toBe(
      false,
    );
  });

  test('count as available while their old pods serve', () => {
    const set = daemonSet(held, { minReadySeconds: 5 });
    const nodes = [node('node-1'), node('node-2'), node('node-3', true, true)];
    expect(onThreeNodes(set, podOn('node-3', set, OLD), nodes).complete).toBe(false);
  });

  test('excuse no node that has no pod yet, where another one has a pod too many', () => {
    const set = daemonSet({ ...held, currentNumberScheduled: 2, numberMisscheduled: 1 });
    const stray = podOn('node-3', set, NEW, { ready: false });
    const nodes = [node('node-1'), node('node-2'), node('node-3', false), node('node-4')];
    expect(onThreeNodes(set, stray, nodes).complete).toBe(false);
  });

  test('are known by the node that a waiting pod is for', () => {
    const set = daemonSet(held);
    const waiting = podOf(set, { name: 'web-waiting', ready: false, phase: 'Pending' });
    const terms = [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-3'] }] }];
    const affinity = {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms },
      },
    };
    const nodes = [node('node-1'), node('node-2'), node('node-3', false)];
    const pending: Pod = { ...waiting, spec: { ...waiting.spec, affinity } };
    expect(onThreeNodes(set, pending, nodes).complete).toBe(true);
  });

  test('are waited for where there is no other, or where nodes may not be read', () => {
    const set = daemonSet({ ...held, desiredNumberScheduled: 1, currentNumberScheduled: 1 });
    const stuck = podOn('node-3', set, NEW, { ready: false });
    expect(
      judged(daemonSetRules, set, revision(set, 2, NEW), stuck, node('node-3', false)).complete,
    ).toBe(false);
    expect(onThreeNodes(daemonSet(held), podOn('node-3', set, OLD), []).complete).toBe(false);
  });
});
