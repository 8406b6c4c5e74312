import { describe, expect, test } from '@jest/globals';
import type { Resource } from '../../cluster/object.ts';
import { rulesFor } from './registry.ts';

function resource(apiVersion: string, kind: string): Resource {
  return { apiVersion, kind, name: `${kind.toLowerCase()}s`, namespaced: true };
}

describe('the rules for a kind', () => {
  test.each([
    ['apps/v1', 'Deployment'],
    ['apps/v1', 'StatefulSet'],
    ['apps/v1', 'DaemonSet'],
    ['apps/v1', 'ReplicaSet'],
    ['v1', 'ReplicationController'],
    ['batch/v1', 'Job'],
    ['batch/v1', 'CronJob'],
    ['v1', 'Pod'],
    ['v1', 'Service'],
    ['v1', 'PersistentVolumeClaim'],
  ])('%s %s are its own', (apiVersion, kind) => {
    expect(rulesFor(resource(apiVersion, kind))?.resource).toMatchObject({ apiVersion, kind });
  });

  test.each([
    ['v1', 'ConfigMap'],
    ['v1', 'Secret'],
    ['v1', 'Namespace'],
    ['v1', 'ServiceAccount'],
    ['rbac.authorization.k8s.io/v1', 'Role'],
    ['networking.k8s.io/v1', 'Ingress'],
    ['autoscaling/v2', 'HorizontalPodAutoscaler'],
    ['policy/v1', 'PodDisruptionBudget'],
    ['storage.k8s.io/v1', 'StorageClass'],
  ])('%s %s are none, because it works as soon as it is stored', (apiVersion, kind) => {
    expect(rulesFor(resource(apiVersion, kind))).toBeUndefined();
  });

  test.each([
    ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
    ['apiregistration.k8s.io/v1', 'APIService'],
    ['cert-manager.io/v1', 'Certificate'],
    ['gateway.networking.k8s.io/v1', 'Gateway'],
  ])('%s %s are those of its conditions', (apiVersion, kind) => {
    expect(rulesFor(resource(apiVersion, kind))?.resource).toMatchObject({ apiVersion, kind });
  });

  test('wait for the conditions that every CustomResourceDefinition gets, and for no others', () => {
    const fresh = (apiVersion: string, kind: string) => {
      const object = { apiVersion, kind, metadata: { name: 'fresh' } };
      const rules = rulesFor(resource(apiVersion, kind));
      return rules?.progress(object, rules.relate(object, {})).complete;
    };
    expect(fresh('apiextensions.k8s.io/v1', 'CustomResourceDefinition')).toBe(false);
    expect(fresh('cert-manager.io/v1', 'Certificate')).toBe(true);
  });

  test('of a name that another group uses too are not taken for its own', () => {
    const knative = resource('serving.knative.dev/v1', 'Service');
    expect(rulesFor(knative)?.resource).toBe(knative);
    expect(rulesFor(resource('v1', 'Service'))?.related).toHaveLength(1);
  });

  test('do not depend on the version of the group', () => {
    expect(rulesFor(resource('batch/v1beta1', 'CronJob'))?.resource.name).toBe('cronjobs');
  });
});
