import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  appOfRepository,
  checkAppName,
  contentOf,
  currentRelease,
  RELEASE_STATUSES,
  type Release,
  type ReleaseStatus,
  releaseConfigMap,
  releaseOf,
  releasesToPrune,
} from './release.ts';

const workload = { kind: 'Deployment', namespace: 'shop', name: 'web' } as const;
const template = { spec: { containers: [{ name: 'web', image: 'shop/web:1' }] } };
const head = {
  app: 'shop',
  number: 3,
  status: 'started',
  version: 'v3',
  run: 'https://run',
} as const;

function release(number: number, status: ReleaseStatus): Release {
  return { app: 'shop', number, status, version: '', workloads: [], run: '', created: '' };
}

describe('a release', () => {
  test('is read back from its ConfigMap as it was written', () => {
    const content = { workloads: [{ workload, template }], objects: [] };
    const configMap = releaseConfigMap(head, content);
    expect(configMap.metadata.name).toBe('paal.shop.3');
    expect(releaseOf(configMap.metadata)).toEqual({
      ...head,
      workloads: ['deployment/web'],
      created: '',
    });
    expect(contentOf(configMap)).toEqual(content);
  });

  test('never holds what a Secret holds', () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'db' },
      data: { password: 'aHVudGVyMg==' },
      stringData: { user: 'hunter2' },
    };
    const stored = contentOf(releaseConfigMap(head, { workloads: [], objects: [secret] }));
    expect(stored.objects).toEqual([
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db' } },
    ]);
  });

  test('that does not fit into a ConfigMap is refused before anything is changed', () => {
    const noise = Array.from({ length: 100_000 }, () => Math.random().toString(36)).join('');
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'big' },
      data: { noise },
    };
    expect(() => releaseConfigMap(head, { workloads: [], objects: [object] })).toThrow('too large');
  });

  test('that somebody tampered with is named', () => {
    const configMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'paal.shop.3' },
      binaryData: {},
    };
    expect(() => contentOf(configMap)).toThrow('configmap/paal.shop.3 cannot be read');
  });

  test('is not made of a ConfigMap of somebody else', () => {
    expect(releaseOf({ name: 'x', labels: { 'paal.dev/app': 'shop' } })).toBeUndefined();
  });
});

describe('the current release', () => {
  test('is the newest that served and was not taken back', () => {
    const releases = [
      release(1, 'verified'),
      release(2, 'rolled-out'),
      release(3, 'failed'),
      release(4, 'rolled-back'),
    ];
    expect(currentRelease(releases)?.number).toBe(2);
  });
});

describe('pruning', () => {
  const anyReleases = fc
    .uniqueArray(fc.record({ number: fc.nat(60), status: fc.constantFrom(...RELEASE_STATUSES) }), {
      selector: ({ number }) => number,
    })
    .map((list) => list.map(({ number, status }) => release(number, status)));

  test('keeps the newest ten, the last verified, and a way back, whatever happened', () => {
    fc.assert(
      fc.property(anyReleases, (releases) => {
        const pruned = new Set(releasesToPrune(releases).map(({ number }) => number));
        const kept = releases.filter(({ number }) => !pruned.has(number));
        const numbers = releases.map(({ number }) => number).sort((a, b) => b - a);
        expect(kept.length).toBeLessThanOrEqual(13);
        for (const number of numbers.slice(0, 10)) expect(pruned.has(number)).toBe(false);
        const verified = releases
          .filter(({ status }) => status === 'verified')
          .map(({ number }) => number);
        if (verified.length > 0) expect(pruned.has(Math.max(...verified))).toBe(false);
        expect(currentRelease(kept)?.number).toBe(currentRelease(releases)?.number);
      }),
    );
  });
});

describe("the app's name", () => {
  test("defaults to the repository's", () => {
    expect(appOfRepository('Acme/My_Shop.App')).toBe('my-shop-app');
  });

  test.each(['Shop', 'a b', '-x', 'x'.repeat(51)])('"%s" is refused', (name) => {
    expect(() => checkAppName(name)).toThrow('cannot be used for the release ledger');
  });
});
