import { beforeAll, describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@paal/core/cluster/object';
import { type ApplyGround, applyGround, managersOf } from './apply-fixture.ts';
import { web } from './workloads.ts';

let ground: ApplyGround;

beforeAll(async () => {
  ground = await applyGround('apply-kinds');
});

const { spec: deployment } = web({ image: 'registry.invalid/app:1' }) as {
  readonly spec: { readonly selector: object; readonly template: { readonly spec: object } };
};
const { selector, template } = deployment;
const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } };
const once = { spec: { ...template.spec, restartPolicy: 'Never' } };

/** As few fields as they need, so that the cluster fills in as much as it can. */
const OBJECTS: readonly Pick<KubeObject, 'apiVersion' | 'kind' | 'spec'>[] = [
  { apiVersion: 'v1', kind: 'Service', spec: { type: 'NodePort', ports: [{ port: 80 }] } },
  { apiVersion: 'v1', kind: 'PersistentVolumeClaim', spec: claim },
  { apiVersion: 'apps/v1', kind: 'Deployment', spec: { selector, template } },
  { apiVersion: 'apps/v1', kind: 'DaemonSet', spec: { selector, template } },
  {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    spec: {
      selector,
      serviceName: 'web',
      template,
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claim }],
    },
  },
  { apiVersion: 'batch/v1', kind: 'Job', spec: { suspend: true, template: once } },
  {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    spec: { schedule: '0 0 1 1 *', jobTemplate: { spec: { template: once } } },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    spec: { podSelector: { matchLabels: { app: 'web' } } },
  },
  {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'nobody' },
      maxReplicas: 2,
    },
  },
];

describe('the first apply of the same manifest leaves as it is', () => {
  test.each(OBJECTS)('a $kind that kubectl has made', async (given) => {
    const object = { ...given, metadata: { name: `kinds-${given.kind.toLowerCase()}` } };
    await ground.ground.apply(object);
    const before = await ground.live(object.kind, object.metadata.name);
    const told = await ground.apply(object, { dryRun: true });
    const applied = await ground.apply(object);
    expect(told.spec).toEqual(before.spec);
    expect(applied.spec).toEqual(before.spec);
    expect(managersOf(applied)).toContain('paal Apply');
    expect(managersOf(applied).join()).not.toContain('kubectl');
  });
});
