import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  ANY,
  difference,
  type FieldSet,
  managedFieldsPatch,
  pathsOf,
  select,
  union,
} from './managed-fields.ts';
import type { ManagedFields } from './object.ts';

const ELEMENTS = ['f:a', 'f:b', 'k:{"name":"web"}', 'v:"x"', 'i:0'];

/** The set of these paths, each a list of elements. */
function setOf(paths: readonly (readonly string[])[]): FieldSet {
  return paths
    .map((path) => path.reduceRight<FieldSet>((below, element) => ({ [element]: below }), {}))
    .reduce(union, {});
}

const paths = fc.array(fc.array(fc.constantFrom(...ELEMENTS), { minLength: 1, maxLength: 3 }), {
  maxLength: 8,
});
const sets = paths.map(setOf);
const sorted = (set: FieldSet): readonly string[] => [...new Set(pathsOf(set))].sort();

describe('a set of managed fields', () => {
  test('has the fields of both sets that it was made of, and no others', () => {
    fc.assert(
      fc.property(sets, sets, (a, b) => {
        const either = [...new Set([...pathsOf(a), ...pathsOf(b)])].sort();
        expect(sorted(union(a, b))).toEqual(either);
      }),
    );
  });

  test('has exactly the fields that are left when others are taken out of it', () => {
    fc.assert(
      fc.property(sets, sets, (a, b) => {
        const gone = new Set(pathsOf(b));
        expect(sorted(difference(a, b))).toEqual(sorted(a).filter((path) => !gone.has(path)));
      }),
    );
  });

  test('is written as the API server writes it, with a dot for a node that is in it itself', () => {
    const item: FieldSet = { 'k:{"name":"web"}': { '.': {}, 'f:name': {} } };
    expect(union(item, { 'k:{"name":"web"}': { 'f:image': {} } })).toEqual({
      'k:{"name":"web"}': { '.': {}, 'f:name': {}, 'f:image': {} },
    });
    expect(union({ 'f:a': {} }, { 'f:a': { 'f:b': {} } })).toEqual({
      'f:a': { '.': {}, 'f:b': {} },
    });
    expect(difference(item, { 'k:{"name":"web"}': { 'f:name': {} } })).toEqual({
      'k:{"name":"web"}': {},
    });
  });

  test('gives what lies at a path', () => {
    const set: FieldSet = {
      'f:spec': {
        'f:replicas': {},
        'f:containers': {
          'k:{"name":"web"}': { '.': {}, 'f:image': {}, 'f:env': {} },
          'k:{"name":"log"}': { '.': {}, 'f:env': {} },
        },
      },
    };
    expect(select(set, ['f:spec', 'f:containers', ANY, 'f:image'])).toEqual({
      'f:spec': { 'f:containers': { 'k:{"name":"web"}': { 'f:image': {} } } },
    });
    expect(select(set, ['f:status'])).toEqual({});
  });

  test('names its fields as conflicts do', () => {
    const set: FieldSet = {
      'f:spec': {
        'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:name': {} } },
        'f:finalizers': { 'v:"a"': {} },
      },
    };
    expect(pathsOf(set)).toEqual([
      '.spec.ports[containerPort=80,protocol="TCP"]',
      '.spec.ports[containerPort=80,protocol="TCP"].name',
      '.spec.finalizers[="a"]',
    ]);
  });
});

describe('a patch of managed fields', () => {
  const entry = (manager: string): ManagedFields => ({ manager, operation: 'Update' });
  const entries = ['a', 'b', 'c', 'd'].map(entry);

  test('tests what it changes, and removes from the end', () => {
    const changed = new Map([
      [0, undefined],
      [1, entry('B')],
      [3, undefined],
    ]);
    expect(managedFieldsPatch(entries, changed, [entry('e')])).toEqual([
      { op: 'test', path: '/metadata/managedFields/0', value: entry('a') },
      { op: 'test', path: '/metadata/managedFields/1', value: entry('b') },
      { op: 'test', path: '/metadata/managedFields/3', value: entry('d') },
      { op: 'replace', path: '/metadata/managedFields/1', value: entry('B') },
      { op: 'add', path: '/metadata/managedFields/-', value: entry('e') },
      { op: 'remove', path: '/metadata/managedFields/3' },
      { op: 'remove', path: '/metadata/managedFields/0' },
    ]);
  });
});
