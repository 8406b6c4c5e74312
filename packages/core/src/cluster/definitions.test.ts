import { describe, expect, test } from '@jest/globals';
import { UserError } from '../errors.ts';
import { definedBy, withDefinitions } from './definitions.ts';
import type { Discovery } from './discovery.ts';
import type { KubeObject, Resource } from './object.ts';

const definition = (spec: object): KubeObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'carts.shop.example' },
  spec: {
    group: 'shop.example',
    scope: 'Namespaced',
    names: { kind: 'Cart', plural: 'carts' },
    versions: [
      { name: 'v1', served: true },
      { name: 'v0', served: false },
    ],
    ...spec,
  },
});

const CART: Resource = {
  apiVersion: 'shop.example/v1',
  kind: 'Cart',
  name: 'carts',
  namespaced: true,
};

/** Knows Secrets alone. */
const discovery: Discovery = {
  resource: async (apiVersion, kind) => {
    if (kind === 'Secret') return { apiVersion, kind, name: 'secrets', namespaced: true };
    throw new UserError(`no ${kind}`);
  },
};

describe('a definition', () => {
  test('tells where its kind is served', () => {
    expect(definedBy(definition({}), 'shop.example/v1', 'Cart')).toEqual(CART);
    expect(definedBy(definition({ scope: 'Cluster' }), 'shop.example/v1', 'Cart')?.namespaced).toBe(
      false,
    );
  });

  test.each([
    ['a version that is not served', 'shop.example/v0', 'Cart'],
    ['another group', 'other.example/v1', 'Cart'],
    ['another kind', 'shop.example/v1', 'Basket'],
  ])('says nothing of %s', (_, apiVersion, kind) => {
    expect(definedBy(definition({}), apiVersion, kind)).toBeUndefined();
  });

  test('that is malformed defines nothing', () => {
    const empty = { ...definition({}), spec: null };
    expect(definedBy(empty, 'shop.example/v1', 'Cart')).toBeUndefined();
    expect(definedBy(definition({ names: {} }), 'shop.example/v1', 'Cart')).toBeUndefined();
  });
});

describe('with the definitions of the manifests', () => {
  const both = withDefinitions(discovery, [definition({})]);

  test('a kind is found that the cluster is going to have', async () => {
    expect(await both.resource('shop.example/v1', 'Cart')).toEqual(CART);
  });

  test('a kind that the cluster has is its own', async () => {
    expect((await both.resource('v1', 'Secret')).name).toBe('secrets');
  });

  test('a kind that nobody defines stays unknown', async () => {
    await expect(both.resource('shop.example/v1', 'Basket')).rejects.toThrow('no Basket');
  });
});
