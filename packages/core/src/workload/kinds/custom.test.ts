import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../cluster/object.ts';
import { apiExtensionRules, customRules } from './custom.ts';
import { judged, leaving } from './kinds.test-data.ts';

const rules = customRules({
  apiVersion: 'db.example.com/v1',
  kind: 'Cluster',
  name: 'clusters',
  namespaced: true,
});

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
  readonly lastTransitionTime?: string;
}

function object(conditions: readonly Condition[] | null, observedGeneration?: number): KubeObject {
  return {
    apiVersion: 'db.example.com/v1',
    kind: 'Cluster',
    metadata: { name: 'main', namespace: 'shop', uid: 'cluster-1', generation: 2 },
    status: { conditions, ...(observedGeneration === undefined ? {} : { observedGeneration }) },
  };
}

const yes = (type: string, more: Partial<Condition> = {}): Condition => ({
  type,
  status: 'True',
  ...more,
});
const no = (type: string, more: Partial<Condition> = {}): Condition => ({
  type,
  status: 'False',
  ...more,
});

describe('a custom resource is complete', () => {
  test.each(['Ready', 'Available', 'Established'])('when its condition %s is True', (type) => {
    expect(judged(rules, object([yes(type)], 2))).toMatchObject({ complete: true, text: type });
  });

  test.each<[string, readonly Condition[]]>([
    ['Ready is False', [no('Ready', { reason: 'Installing', message: 'two of three' })]],
    ['Ready is Unknown', [{ type: 'Ready', status: 'Unknown' }]],
    ['Ready is False, though Available is True', [no('Ready'), yes('Available')]],
    ['it is still reconciled', [yes('Ready'), yes('Reconciling')]],
    ['Ready is about an earlier generation', [yes('Ready', { observedGeneration: 1 })]],
  ])('not while %s', (_, conditions) => {
    const progress = judged(rules, object(conditions, 2));
    expect(progress.complete).toBe(false);
    expect(progress.failure).toBeUndefined();
  });

  test('not before the present generation is observed', () => {
    expect(judged(rules, object([yes('Ready')], 1))).toMatchObject({
      observed: false,
      complete: false,
      text: 'waiting for the controller to see the change',
    });
  });

  test('not while it is being deleted', () => {
    expect(judged(rules, leaving(object([yes('Ready')], 2))).complete).toBe(false);
  });

  test('unproven, when nothing names the generation that it is about', () => {
    expect(judged(rules, object([yes('Ready')]))).toMatchObject({ complete: true, unproven: true });
    const named = judged(rules, object([yes('Ready', { observedGeneration: 2 })]));
    expect(named.complete).toBe(true);
    expect(named.unproven).toBeUndefined();
  });

  test('unproven, when it has no condition that tells, and says so', () => {
    for (const one of [object(null), object([yes('Synced')]), object([yes('ready')])]) {
      expect(judged(rules, one)).toMatchObject({
        complete: true,
        unproven: true,
        remark: 'It has no conditions that tell whether it is ready.',
      });
    }
  });

  test('and watched on only where it may say otherwise later', () => {
    expect(rules.keepsRunning(object([yes('Ready')]))).toBe(true);
    expect(rules.keepsRunning(object([]))).toBe(false);
  });
});

describe('a custom resource has failed', () => {
  test.each(['Stalled', 'Failed'])('when its condition %s is True', (type) => {
    const because = { reason: 'DiskFull', message: 'no space is left.' };
    expect(judged(rules, object([yes(type, because), no('Ready')], 2))).toMatchObject({
      complete: false,
      failure: {
        reason: 'DiskFull',
        class: 'permanent',
        message: `The cluster/main says that it is ${type.toLowerCase()} (DiskFull: no space is left).`,
      },
    });
  });

  test('also when it has no condition that says whether it is ready', () => {
    expect(judged(rules, object([yes('Failed')], 2))).toMatchObject({
      complete: false,
      failure: { reason: 'Failed' },
    });
    expect(judged(rules, object([yes('Failed')])).complete).toBe(false);
  });

  test('not when it is ready all the same', () => {
    const progress = judged(rules, object([yes('Ready'), yes('Failed')], 2));
    expect(progress.complete).toBe(true);
    expect(progress.failure).toBeUndefined();
  });

  test('not by a condition about an earlier generation (trap 2)', () => {
    const progress = judged(rules, object([yes('Stalled', { observedGeneration: 1 })], 2));
    expect(progress.failure).toBeUndefined();
  });

  test('only as a claim, where nothing names the generation', () => {
    const at = (lastTransitionTime: string) =>
      judged(rules, object([yes('Failed', { lastTransitionTime }), no('Ready')]));
    const first = at('2026-11-24T06:39:34Z');
    expect(first.failure).toBeUndefined();
    expect(first.complete).toBe(false);
    expect(first.claim?.failure.reason).toBe('Failed');
    expect(at('2026-11-24T06:41:00Z').claim?.signature).not.toBe(first.claim?.signature);
  });
});

describe('a CustomResourceDefinition', () => {
  const crds = apiExtensionRules({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    name: 'customresourcedefinitions',
    namespaced: false,
  });

  // Its conditions as the API server wrote them.
  test.each<[string, readonly Condition[] | null, boolean]>([
    ['it has no conditions', null, false],
    [
      'its names are accepted',
      [yes('NamesAccepted'), no('Established', { reason: 'Installing' })],
      false,
    ],
    ['it is served', [yes('NamesAccepted'), yes('Established')], true],
  ])('is complete once it is established: %s', (_, conditions, complete) => {
    const progress = judged(crds, object(conditions));
    expect(progress.complete).toBe(complete);
    expect(progress.unproven).toBeUndefined();
    expect(progress.remark).toBeUndefined();
  });
});
