import { describe, expect, test } from '@jest/globals';
import { Collection, type List, listingOf } from './collection.ts';
import { RESOURCES } from './object.ts';

function list(resourceVersion: string, objects: Readonly<Record<string, string>>): List {
  const items = Object.entries(objects).map(([name, version]) => ({
    metadata: { name, uid: name, resourceVersion: version, managedFields: [] },
  }));
  return { metadata: { resourceVersion }, items };
}

function pods(...args: Parameters<typeof list>): Collection<never> {
  const collection = new Collection<never>(RESOURCES.pods);
  collection.replace(list(...args));
  return collection;
}

describe('a collection', () => {
  test('keeps no managedFields, and gives items of lists their kind', () => {
    expect([...pods('5', { a: '3' }).objects]).toEqual([
      [
        'a',
        {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'a', uid: 'a', resourceVersion: '3' },
        },
      ],
    ]);
  });

  test.each([
    ['the same objects in the same versions', '9', { a: '3', b: '4' }, true],
    ['another version of an object', '9', { a: '3', b: '8' }, false],
    ['one more object', '9', { a: '3', b: '4', c: '8' }, false],
    ['one object less', '9', { a: '3' }, false],
    ['another object instead', '9', { a: '3', c: '8' }, false],
    ['something else, but earlier', '4', { a: '3' }, true],
  ])('has missed nothing when a list shows %s: %#', (_, version, objects, expected) => {
    const collection = pods('5', { a: '3', b: '4' });
    expect(collection.covers(listingOf(list(version, objects)))).toBe(expected);
  });

  test('is watched from where a list has shown that nothing was missed', () => {
    const collection = pods('5', { a: '3' });
    collection.covers(listingOf(list('900', { a: '3' })));
    expect(collection.resourceVersion).toBe('900');
  });

  test('that is being listed anew covers nothing yet, and keeps what is known', () => {
    const collection = pods('5', { a: '3' });
    collection.startAnew();
    expect(collection.covers(listingOf(list('5', { a: '3' })))).toBe(false);
    expect([...collection.objects.keys()]).toEqual(['a']);
  });

  test('takes null for no items', () => {
    const collection = new Collection<never>(RESOURCES.pods);
    collection.replace({ metadata: { resourceVersion: '5' }, items: null });
    expect(collection.objects.size).toBe(0);
  });
});
