import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../cluster/object.ts';
import type { Pod } from '../types.ts';
import { judged, leaving, template, withMeta } from './kinds.test-data.ts';
import { type Service, selectsTemplate, serviceRules } from './service.ts';

function service(
  spec: Service['spec'] = { selector: { app: 'web' } },
  status: Service['status'] = {},
): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop', uid: 'service-1' },
    spec: { type: 'ClusterIP', ...spec },
    status: { loadBalancer: {}, ...status },
  };
}

interface Endpoint {
  readonly conditions?: { readonly ready?: boolean };
  readonly targetRef?: { readonly kind: string; readonly name: string; readonly uid: string };
}

function slice(owner: Service, endpoints: readonly Endpoint[] | null): KubeObject {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: 'web-txtqc',
      uid: 'slice-1',
      labels: { 'kubernetes.io/service-name': owner.metadata.name },
      ownerReferences: [
        { kind: 'Service', name: 'web', uid: owner.metadata.uid ?? '', controller: true },
      ],
    },
    endpoints,
  };
}

function pod(name: string, app: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, uid: name, labels: { app } },
    spec: { containers: [] },
  };
}

function endpoint(ready: boolean | undefined, name = 'web-1'): Endpoint {
  return {
    conditions: ready === undefined ? {} : { ready },
    targetRef: { kind: 'Pod', name, uid: name },
  };
}

describe('a Service is complete', () => {
  const one = service();

  test('when one of its endpoints is ready', () => {
    expect(
      judged(serviceRules, one, slice(one, [endpoint(true), endpoint(false, 'web-2')])),
    ).toMatchObject({
      complete: true,
      text: '1 of 2 endpoints ready',
    });
  });

  test.each<[string, readonly Endpoint[] | null]>([
    ['it has none', null],
    ['none is ready', [endpoint(false)]],
  ])('not while %s', (_, endpoints) => {
    expect(judged(serviceRules, one, slice(one, endpoints)).complete).toBe(false);
  });

  test('not while it is being deleted', () => {
    expect(judged(serviceRules, leaving(one), slice(one, [endpoint(true)])).complete).toBe(false);
  });

  test('by an endpoint that says nothing, which means that it is ready', () => {
    expect(judged(serviceRules, one, slice(one, [endpoint(undefined)])).complete).toBe(true);
  });

  test('never by the endpoints of another Service', () => {
    const other = withMeta(one, { uid: 'service-2' });
    expect(judged(serviceRules, one, slice(other, [endpoint(true)])).complete).toBe(false);
    const copied = withMeta(slice(one, [endpoint(true)]), { labels: {} });
    expect(judged(serviceRules, one, copied).complete).toBe(false);
  });

  test('at once without a selector, and for a name outside', () => {
    expect(judged(serviceRules, service({}))).toMatchObject({
      complete: true,
      text: 'needs no endpoints',
    });
    const outside = service({ type: 'ExternalName', selector: { app: 'web' } });
    expect(judged(serviceRules, outside).complete).toBe(true);
  });

  test('with a load balancer only when that has its address', () => {
    const balanced = service({ type: 'LoadBalancer', selector: { app: 'web' } });
    const endpoints = slice(balanced, [endpoint(true)]);
    expect(judged(serviceRules, balanced, endpoints)).toMatchObject({
      complete: false,
      text: '1 of 1 endpoint ready, 0 addresses',
    });
    const served = service(balanced.spec, { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } });
    expect(judged(serviceRules, served, endpoints)).toMatchObject({
      complete: true,
      text: '1 of 1 endpoint ready, 1 address',
    });
    expect(judged(serviceRules, served, slice(served, null)).complete).toBe(false);
  });
});

describe('after a change of its selector', () => {
  const one = service({ selector: { app: 'blue' } });
  const old = slice(one, [endpoint(true, 'green-1')]);

  test('a Service does not count the pods that it meant before', () => {
    expect(judged(serviceRules, one, old, pod('green-1', 'green'))).toMatchObject({
      complete: false,
      text: '0 of 0 endpoints ready',
    });
  });

  test('a Service is proven by a pod that it means now', () => {
    const progress = judged(
      serviceRules,
      one,
      slice(one, [endpoint(true, 'blue-1')]),
      pod('blue-1', 'blue'),
    );
    expect(progress.complete).toBe(true);
    expect(progress.unproven).toBeUndefined();
  });

  test('a Service whose pods are not known is unproven', () => {
    expect(judged(serviceRules, one, old)).toMatchObject({ complete: true, unproven: true });
  });
});

describe('a Service selects a template', () => {
  test.each<[string, Service['spec'], boolean]>([
    ['by all labels of its selector', { selector: { app: 'web' } }, true],
    ['not when one is missing', { selector: { app: 'web', tier: 'front' } }, false],
    ['not without a selector', {}, false],
    ['not when it is a name outside', { type: 'ExternalName', selector: { app: 'web' } }, false],
  ])('%s', (_, spec, selects) => {
    expect(selectsTemplate(service(spec), template())).toBe(selects);
  });
});
