import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { KubeObject } from '../../cluster/object.ts';
import type { ReplicaSet } from '../types.ts';
import { deployment, replicaSet } from '../workload.test-data.ts';
import { daemonSetRules } from './daemon-set.ts';
import { deploymentRules } from './deployment.ts';
import { jobRules } from './job.ts';
import type { KindRules } from './kind.ts';
import { judged, leaving, podOf, template, withMeta } from './kinds.test-data.ts';
import { replicaSetRules } from './replica-set.ts';
import { statefulSetRules } from './stateful-set.ts';

const HASH = 'web-cb9c88b47';
const labels = { 'controller-revision-hash': HASH, 'pod-template-generation': '4' };

function controller(kind: string, spec: object): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: {
      name: 'web',
      namespace: 'shop',
      uid: 'mine',
      generation: 4,
      annotations: { 'deprecated.daemonset.template.generation': '4' },
    },
    spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template: template(), ...spec },
  };
}

const partitioned = { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } };
const onDelete = { updateStrategy: { type: 'OnDelete' } };

/** Every kind of workload, with the object that controls its pods directly. */
const WORKLOADS: readonly {
  readonly name: string;
  readonly rules: KindRules;
  readonly object: KubeObject;
  readonly owner?: ReplicaSet;
}[] = [
  { name: 'a StatefulSet', rules: statefulSetRules, object: controller('StatefulSet', {}) },
  {
    name: 'a StatefulSet with a partition',
    rules: statefulSetRules,
    object: controller('StatefulSet', partitioned),
  },
  {
    name: 'a StatefulSet with OnDelete',
    rules: statefulSetRules,
    object: controller('StatefulSet', onDelete),
  },
  { name: 'a DaemonSet', rules: daemonSetRules, object: controller('DaemonSet', {}) },
  {
    name: 'a DaemonSet with OnDelete',
    rules: daemonSetRules,
    object: controller('DaemonSet', onDelete),
  },
  { name: 'a ReplicaSet', rules: replicaSetRules, object: controller('ReplicaSet', {}) },
  {
    name: 'a Deployment',
    rules: deploymentRules,
    object: deployment({ generation: 4 }),
    owner: replicaSet(deployment()),
  },
];

const COUNTERS = [
  'replicas',
  'updatedReplicas',
  'readyReplicas',
  'availableReplicas',
  'desiredNumberScheduled',
  'currentNumberScheduled',
  'updatedNumberScheduled',
  'numberReady',
  'numberAvailable',
  'numberMisscheduled',
] as const;

// Mostly what all three pods give, so that complete states come up often.
const counter = fc.oneof(
  { weight: 4, arbitrary: fc.constant(3) },
  { weight: 1, arbitrary: fc.option(fc.nat({ max: 4 }), { nil: undefined }) },
);
const status = fc.record({
  observedGeneration: fc.constantFrom(undefined, 3, 4, 4, 4, 5),
  updateRevision: fc.constant(HASH),
  ...Object.fromEntries(COUNTERS.map((name) => [name, counter])),
});
const podState = fc.record({
  ordinal: fc.nat({ max: 3 }),
  ready: fc.boolean(),
  leaving: fc.boolean(),
  old: fc.boolean(),
});
const pods = fc.uniqueArray(podState, { maxLength: 4, selector: ({ ordinal }) => ordinal });

type PodState = { ordinal: number; ready: boolean; leaving: boolean; old: boolean };

function podsFor(owner: KubeObject, states: readonly PodState[]): readonly KubeObject[] {
  return states.map(({ ordinal, old, ...options }) =>
    podOf(owner, {
      name: `web-${ordinal}`,
      node: `node-${ordinal}`,
      labels: old ? {} : labels,
      ...options,
    }),
  );
}

describe.each(WORKLOADS)('whatever its status says, $name', ({ rules, object, owner }) => {
  const others = owner ? [owner] : [];

  test('is complete only when its change is seen, it is not leaving, and it states no failure', () => {
    fc.assert(
      fc.property(status, pods, fc.boolean(), (counters, states, isLeaving) => {
        const one = { ...(isLeaving ? leaving(object) : object), status: counters };
        const progress = judged(rules, one, ...others, ...podsFor(owner ?? object, states));
        if (!progress.complete) return;
        expect(progress.observed).toBe(true);
        expect(isLeaving).toBe(false);
        expect(progress.failure).toBeUndefined();
      }),
    );
  });

  test('never counts pods of another owner, nor pods that it does not control', () => {
    fc.assert(
      fc.property(status, pods, pods, (counters, states, foreign) => {
        const one = { ...object, status: counters };
        const mine = podsFor(owner ?? object, states);
        const strangers = podsFor(withMeta(owner ?? object, { uid: 'theirs' }), foreign);
        const orphans = podsFor(owner ?? object, foreign).map((pod) =>
          withMeta(pod, { ownerReferences: [] }),
        );
        expect(judged(rules, one, ...others, ...strangers, ...mine, ...orphans)).toEqual(
          judged(rules, one, ...others, ...mine),
        );
      }),
    );
  });

  test('is judged the same in whatever order its pods are known', () => {
    fc.assert(
      fc.property(status, pods, (counters, states) => {
        const one = { ...object, status: counters };
        const mine = podsFor(owner ?? object, states);
        expect(judged(rules, one, ...others, ...[...mine].reverse())).toEqual(
          judged(rules, one, ...others, ...mine),
        );
      }),
    );
  });

  test('says that between none and all of its pods serve', () => {
    fc.assert(
      fc.property(status, pods, (counters, states) => {
        const one = { ...object, status: counters };
        const { serving } = judged(rules, one, ...others, ...podsFor(owner ?? object, states));
        expect(serving?.have).toBeGreaterThanOrEqual(0);
        expect(serving?.have).toBeLessThanOrEqual(serving?.want ?? 0);
      }),
    );
  });

  test('does not fall back while more pods are updated and nothing else falls', () => {
    fc.assert(
      fc.property(status, pods, fc.nat({ max: 2 }), (counters, states, more) => {
        const updated = rules === daemonSetRules ? 'updatedNumberScheduled' : 'updatedReplicas';
        const { [updated]: number = 0 }: Readonly<Record<string, unknown>> = counters;
        const before = { ...counters, observedGeneration: 4 };
        const after = { ...before, [updated]: Number(number) + more };
        const mine = podsFor(owner ?? object, states);
        const first = judged(rules, { ...object, status: before }, ...others, ...mine).advance;
        const second = judged(rules, { ...object, status: after }, ...others, ...mine).advance;
        second.forEach((number, index) => {
          expect(number).toBeGreaterThanOrEqual(first[index] ?? 0);
        });
      }),
    );
  });
});

test('a StatefulSet with a partition is complete only when every pod from there on serves', () => {
  const set = controller('StatefulSet', partitioned);
  fc.assert(
    fc.property(status, pods, (counters, states) => {
      const one = { ...set, status: counters };
      if (!judged(statefulSetRules, one, ...podsFor(one, states)).complete) return;
      for (const due of [1, 2]) {
        expect(states).toContainEqual({ ordinal: due, ready: true, leaving: false, old: false });
      }
    }),
    { numRuns: 1_000 },
  );
});

test('a Job counts as complete only by its condition, whatever its counters say', () => {
  const flag = fc.constantFrom('True', 'False', 'Unknown');
  fc.assert(
    fc.property(fc.nat({ max: 3 }), fc.nat({ max: 3 }), flag, (succeeded, active, complete) => {
      const conditions = [{ type: 'Complete', status: complete }];
      const job = {
        ...controller('Job', { completions: 3 }),
        status: { succeeded, active, conditions },
      };
      expect(judged(jobRules, job).complete).toBe(complete === 'True');
    }),
  );
});
