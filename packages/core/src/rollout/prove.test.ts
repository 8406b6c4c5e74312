import { expect, test } from '@jest/globals';
import { RESOURCES } from '../cluster/object.ts';
import type { PlannedWrite } from './plan.ts';
import { provable } from './prove.ts';

const planned = (name: string, ...needs: readonly string[]): PlannedWrite => ({
  resource: RESOURCES.configMaps,
  namespace: 'shop',
  name,
  object: undefined,
  cause: undefined,
  patch: [],
  workload: undefined,
  imagesOf: undefined,
  live: undefined,
  result: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } },
  changes: true,
  needs,
  unwatched: undefined,
  position: undefined,
  positionOf: undefined,
});

test('a write can be proven as soon as all that it needs is written', () => {
  const plan = [
    planned('namespace/shop'),
    planned('role/web', 'namespace/shop'),
    planned('rolebinding/web', 'namespace/shop', 'role/web'),
  ];
  const names = (...written: readonly string[]) => provable(plan, written).map(({ name }) => name);
  expect(names()).toEqual([]);
  expect(names('namespace/shop')).toEqual(['role/web']);
  expect(names('namespace/shop', 'role/web')).toEqual(['role/web', 'rolebinding/web']);
});
