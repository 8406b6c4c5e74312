import { expect, test } from '@jest/globals';
import type { KubeObject } from '../cluster/object.ts';
import { RESOURCES } from '../cluster/object.ts';
import { type PlannedWrite, pausedNotes } from './plan.ts';

function planned(name: string, paused: boolean | undefined, sent: object = {}): PlannedWrite {
  const object = (spec: object): KubeObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec,
  });
  return {
    resource: RESOURCES.deployments,
    namespace: 'shop',
    name: `deployment/${name}`,
    object: object(sent),
    cause: undefined,
    patch: [],
    workload: undefined,
    imagesOf: undefined,
    live: undefined,
    result: object(paused === undefined ? {} : { paused }),
    changes: true,
    needs: [],
    unwatched: undefined,
    position: undefined,
    positionOf: undefined,
  };
}

test('the plan says which Deployments are paused, and how they are resumed', () => {
  const byHand = planned('web', true);
  const byManifest = planned('api', true, { paused: true });
  expect(pausedNotes([byHand, byManifest, planned('a', false), planned('b', undefined)])).toEqual([
    'deployment/web is paused, and will not roll out before it is resumed: kubectl -n shop rollout resume deployment/web',
    'deployment/api is paused by its manifest (spec.paused), and will not roll out before that goes',
  ]);
});
