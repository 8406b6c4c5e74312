import { describe, expect, test } from '@jest/globals';
import { changesFor, checkImageChanges, parseImageChange, withImages } from './images.ts';
import { parseWorkload } from './reference.ts';
import { sharedSelector } from './selector.ts';

const template = {
  spec: {
    containers: [
      { name: 'web', image: 'shop/web:1' },
      { name: 'proxy', image: 'nginx:1' },
    ],
    initContainers: [{ name: 'web-init', image: 'shop/web:1' }],
  },
};

describe('an image change', () => {
  test.each([
    ['web=shop/web:2', { workload: undefined, container: 'web', image: 'shop/web:2' }],
    [
      'web=localhost:5000/shop/web:2',
      { workload: undefined, container: 'web', image: 'localhost:5000/shop/web:2' },
    ],
    [
      'Deployment/web:proxy=nginx@sha256:' + 'a'.repeat(64),
      { workload: 'deployment/web', container: 'proxy', image: 'nginx@sha256:' + 'a'.repeat(64) },
    ],
  ])('is read: %s', (text, expected) => {
    expect(parseImageChange(text)).toEqual(expected);
  });

  test.each([
    'web',
    'web=',
    '=shop/web:2',
    'web=shop/web:2:3',
    'web=web:2:3',
    'web=https://shop/web',
  ])('is refused: %s', (text) => {
    expect(() => parseImageChange(text)).toThrow('The input "images"');
  });

  test('for one workload beats one for all', () => {
    const changes = ['web=shop/web:2', 'deployment/api:web=shop/web:3'].map(parseImageChange);
    expect(changesFor(changes, 'deployment/api').get('web')).toBe('shop/web:3');
    expect(changesFor(changes, 'deployment/web').get('web')).toBe('shop/web:2');
  });

  test('replaces images of containers and init containers, and nothing else', () => {
    const changed = withImages(
      template,
      new Map([
        ['web', 'shop/web:2'],
        ['web-init', 'shop/init:1'],
      ]),
    );
    expect(changed.spec.containers).toEqual([
      { name: 'web', image: 'shop/web:2' },
      { name: 'proxy', image: 'nginx:1' },
    ]);
    expect(changed.spec.initContainers).toEqual([{ name: 'web-init', image: 'shop/init:1' }]);
    expect(template.spec.containers[0]?.image).toBe('shop/web:1');
  });

  test('that meets no container is refused with the containers there are', () => {
    const workloads = new Map([['deployment/web', template]]);
    expect(() => checkImageChanges([parseImageChange('wbe=shop/web:2')], workloads)).toThrow(
      'no container "wbe". There are: deployment/web (web, proxy, web-init). Nothing was changed.',
    );
  });
});

describe('a workload', () => {
  test('is named as kubectl names it', () => {
    const web = { kind: 'Deployment', namespace: 'shop', name: 'web' };
    for (const text of ['deployment/web', 'deployments/web', 'deploy/web', 'Deployment/web']) {
      expect(parseWorkload(text, 'shop', 'x')).toEqual(web);
    }
  });

  test.each([
    ['deployment', 'is not a workload'],
    ['deployment/a/b', 'is not a workload'],
    ['deployment/Web', 'is not a workload'],
    ['deploymnet/web', 'Did you mean "deployment"?'],
  ])('is refused: %s', (text, message) => {
    expect(() => parseWorkload(text, 'shop', 'The input "workloads"')).toThrow(message);
  });
});

describe('the selector of several workloads', () => {
  test('of one is its labels', () => {
    expect(sharedSelector([{ app: 'web', tier: 'front' }])).toBe('app=web,tier=front');
  });

  test('lists the values of the key that all share', () => {
    expect(sharedSelector([{ app: 'web', x: '1' }, { app: 'api' }])).toBe('app in (api,web)');
  });

  test('prefers the key that tells most apart', () => {
    const selectors = [
      { part: 'shop', app: 'web' },
      { part: 'shop', app: 'api' },
    ];
    expect(sharedSelector(selectors)).toBe('app in (api,web)');
  });

  test('is none where no key is shared, or nothing is selected by label', () => {
    expect(sharedSelector([{ app: 'web' }, { name: 'api' }])).toBeUndefined();
    expect(sharedSelector([{}])).toBeUndefined();
  });
});
