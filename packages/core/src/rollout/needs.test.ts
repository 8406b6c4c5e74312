import { describe, expect, test } from '@jest/globals';
import { ApiError, UnreachableError } from '../cluster/api-error.ts';
import type { KubeObject, Resource } from '../cluster/object.ts';
import { isExplained, needsWithin } from './needs.ts';

const CLUSTER_WIDE = [
  'Namespace',
  'CustomResourceDefinition',
  'ClusterRole',
  'PriorityClass',
  'RuntimeClass',
];

/** A planned write of `kind.group/version name`: new, unless there is something live. */
function planned(text: string, fields: object = {}, live: 'new' | 'changes' | 'same' = 'new') {
  const [type = '', name = ''] = text.split(' ');
  const [kind = '', ...group] = type.split('.');
  const apiVersion = group.length > 0 ? `${group.join('.')}/v1` : 'v1';
  const namespaced = !CLUSTER_WIDE.includes(kind);
  const result = { apiVersion, kind, metadata: { name }, ...fields } as KubeObject;
  return {
    resource: { apiVersion, kind, name: `${kind.toLowerCase()}s`, namespaced } satisfies Resource,
    namespace: namespaced ? 'shop' : undefined,
    name: `${kind.toLowerCase()}/${name}`,
    live: live === 'new' ? undefined : result,
    result,
    changes: live !== 'same',
  };
}

const cart = planned('Cart.shop.example a');
const carts = (live: 'new' | 'changes' | 'same' = 'new', version = 'v1') =>
  planned(
    'CustomResourceDefinition.apiextensions.k8s.io carts.shop.example',
    {
      spec: {
        group: 'shop.example',
        names: { kind: 'Cart', plural: 'carts' },
        versions: [{ name: version, served: true }],
      },
    },
    live,
  );
const binding = planned('RoleBinding.rbac.authorization.k8s.io web', {
  roleRef: { kind: 'Role', name: 'web' },
});
const pod = planned('Pod web', {
  spec: { serviceAccountName: 'web', priorityClassName: 'high', runtimeClassName: 'small' },
});

const needs = (one: typeof cart, ...others: readonly (typeof cart)[]): readonly string[] =>
  needsWithin(one, [...others, one]).map(({ name }) => name);

describe('an object cannot be judged before', () => {
  test('its namespace is there, when that is new', () => {
    const config = planned('ConfigMap web');
    expect(needs(config, planned('Namespace shop'))).toEqual(['namespace/shop']);
    expect(needs(config, planned('Namespace shop', {}, 'changes'))).toEqual([]);
    expect(needs(config, planned('Namespace other'))).toEqual([]);
    expect(needs(planned('ClusterRole web'), planned('Namespace shop'))).toEqual([]);
  });

  test('the definition of its kind and version is there, new or changed', () => {
    const name = 'customresourcedefinition/carts.shop.example';
    expect(needs(cart, carts())).toEqual([name]);
    expect(needs(cart, carts('changes'))).toEqual([name]);
    expect(needs(cart, carts('same'))).toEqual([]);
    expect(needs(cart, carts('new', 'v2'))).toEqual([]);
    expect(needs(planned('Basket.shop.example a'), carts())).toEqual([]);
  });

  test('the role that it binds is there', () => {
    const role = planned('Role.rbac.authorization.k8s.io web');
    expect(needs(binding, role)).toEqual(['role/web']);
    expect(needs(binding, planned('ClusterRole.rbac.authorization.k8s.io web'))).toEqual([]);
  });

  test('what a pod runs as is there', () => {
    expect(
      needs(
        pod,
        planned('ServiceAccount web'),
        planned('PriorityClass.scheduling.k8s.io high'),
        planned('RuntimeClass.node.k8s.io small'),
        planned('ServiceAccount other'),
      ),
    ).toEqual(['serviceaccount/web', 'priorityclass/high', 'runtimeclass/small']);
  });
});

describe('the refusal of a dry run', () => {
  const refusal = (code: number) => new ApiError('no', code, {}, undefined);
  const namespace = planned('Namespace shop');
  const role = planned('Role.rbac.authorization.k8s.io web');

  test.each([
    ['a missing namespace', 404, [namespace], true],
    ['a field that nobody knows, in a missing namespace', 400, [namespace], false],
    ['a missing permission, in a missing namespace', 403, [namespace], false],
    ['a role that is not there', 404, [role], true],
    ['a role that may not be bound yet', 403, [role, namespace], true],
    ['what a changed definition may allow', 400, [carts('changes')], true],
    ['a missing object that nothing of the plan is', 404, [], false],
    ['an overloaded server', 429, [carts()], false],
  ])('for %s is explained by what is still to be written: %#', (_, code, wanted, explained) => {
    expect(isExplained(refusal(code), wanted)).toBe(explained);
  });

  test('is not what an unreachable server gives', () => {
    expect(isExplained(new UnreachableError('gone', 'broken'), [namespace])).toBe(false);
  });
});
