import { describe, expect, test } from '@jest/globals';
import { inventoryOf, leftoversOf, type ObjectRef, united, withoutGone } from './inventory.ts';

/** `Kind.group name` in the namespace shop. */
function ref(text: string): ObjectRef {
  const [type = '', name = ''] = text.split(' ');
  const [kind = '', ...group] = type.split('.');
  const apiVersion = group.length > 0 ? `${group.join('.')}/v1` : 'v1';
  return { apiVersion, kind, namespace: 'shop', name };
}
const set = (...texts: readonly string[]) => texts.map(ref);
const names = (refs: readonly ObjectRef[]) => refs.map(({ kind, name }) => `${kind} ${name}`);

describe('leftovers', () => {
  test('are what earlier releases had and this one has not, each once', () => {
    const inventory = [set('Service a', 'Service b'), set('ConfigMap a', 'Service a', 'Service b')];
    expect(names(leftoversOf(inventory, set('Service a')))).toEqual(['Service b', 'ConfigMap a']);
  });

  test('are no objects that are applied in another version of their API', () => {
    const old = { ...ref('HorizontalPodAutoscaler.autoscaling web'), apiVersion: 'autoscaling/v1' };
    const now = { ...old, apiVersion: 'autoscaling/v2' };
    expect(leftoversOf([[old, ref('Service a')]], [now, ref('Service a')])).toEqual([]);
  });

  test('are found through releases that have nothing in common with this one', () => {
    const inventory = [set('Service a', 'Service b'), set('Service b', 'Service c')];
    expect(names(leftoversOf(inventory, set('Service c')))).toEqual(['Service a', 'Service b']);
  });

  test('are never what another part of the app has put out', () => {
    const frontend = set('Namespace shop', 'Deployment.apps frontend', 'Service frontend');
    const backend = set('Namespace shop', 'Deployment.apps backend');
    expect(leftoversOf([frontend], backend)).toEqual([]);
    expect(leftoversOf([frontend, backend], backend)).toEqual([]);
  });

  test('are none of a release that applies nothing', () => {
    expect(leftoversOf([set('Service a')], [])).toEqual([]);
  });
});

describe('the inventory', () => {
  const object = (kind: string, name: string) => ({
    apiVersion: 'v1',
    kind,
    metadata: { name },
  });

  test('has what a release remembers of those that have left the ledger', () => {
    const contents = [
      {
        workloads: [],
        objects: [object('Service', 'b')],
        inventory: [set('Service a', 'Service b')],
      },
      { workloads: [], objects: [object('Service', 'b'), object('Secret', 'c')] },
      { workloads: [], objects: [] },
    ];
    expect(inventoryOf(contents, 'shop').map(names)).toEqual([
      ['Service a', 'Service b', 'Secret c'],
    ]);
  });

  test('forgets what is gone', () => {
    const kept = withoutGone([set('Service a', 'Service b')], set('Service a'));
    expect(kept.map(names)).toEqual([['Service b']]);
  });

  test('keeps sets that share only their Namespace apart', () => {
    expect(
      united([set('Namespace shop', 'Service a'), set('Namespace shop', 'Service b')]),
    ).toHaveLength(2);
  });
});
