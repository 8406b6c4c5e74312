import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../cluster/object.ts';
import { autoscalerOf, leaveReplicas } from './autoscaler.ts';

function autoscaler(scaleTargetRef: object, more: Partial<KubeObject> = {}): KubeObject {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web' },
    spec: { scaleTargetRef, minReplicas: 2 },
    ...more,
  };
}

const KEDA = { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject' };
const web: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { replicas: 2, paused: false },
};
const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

describe('an autoscaler scales a workload', () => {
  test.each([
    ['that it names', autoscaler(target), true],
    [
      'whatever the version of its API',
      autoscaler({ ...target, apiVersion: 'apps/v1beta2' }),
      true,
    ],
    ['also as autoscaling/v1', autoscaler(target, { apiVersion: 'autoscaling/v1' }), true],
    ['not of another name', autoscaler({ ...target, name: 'api' }), false],
    ['not of another kind', autoscaler({ ...target, kind: 'StatefulSet' }), false],
    ['not of another group', autoscaler({ ...target, apiVersion: 'argoproj.io/v1alpha1' }), false],
    [
      'not without a group, as the controller has it',
      autoscaler({ ...target, apiVersion: '' }),
      false,
    ],
    ['as a ScaledObject that names no kind', autoscaler({ name: 'web' }, KEDA), true],
    [
      'not as a ScaledObject of another kind',
      autoscaler({ name: 'web', kind: 'StatefulSet' }, KEDA),
      false,
    ],
    [
      'not as a kind that is no autoscaler',
      autoscaler(target, { apiVersion: 'shop/v1', kind: 'Other' }),
      false,
    ],
  ])('%s', (_, given, scales) => {
    expect(autoscalerOf(web, [autoscaler({ ...target, name: 'other' }), given])).toBe(
      scales ? given : undefined,
    );
  });
});

describe('a workload', () => {
  const hpa = autoscaler(target);

  test('that an autoscaler scales is applied without replicas, and with all else', () => {
    expect(leaveReplicas(web, web, [hpa])).toEqual({
      workload: { ...web, spec: { paused: false } },
      autoscaler: hpa,
    });
  });

  test('that is still to be made begins with the replicas of its manifest', () => {
    expect(leaveReplicas(web, undefined, [hpa]).workload).toBe(web);
  });

  test('that nothing scales, or whose manifest has no replicas, is applied as it is', () => {
    expect(leaveReplicas(web, web, [])).toEqual({ workload: web, autoscaler: undefined });
    const without = { ...web, spec: {} };
    expect(leaveReplicas(without, web, [hpa])).toEqual({
      workload: without,
      autoscaler: undefined,
    });
  });
});
