import { describe, expect, test } from '@jest/globals';
import { release } from '../release/release.test-data.ts';
import type { ReleaseContent, ReleaseStatus } from '../release/release.ts';
import { keptReleases } from './prune-kept.ts';

const NOTHING: ReleaseContent = { workloads: [], objects: [] };

/** A release whose Deployment reads a ConfigMap, and which has a Service. */
const content: ReleaseContent = {
  workloads: [
    {
      workload: { kind: 'Deployment', namespace: 'shop', name: 'web' },
      template: {
        spec: { containers: [{ name: 'web', envFrom: [{ configMapRef: { name: 'settings' } }] }] },
      },
    },
  ],
  objects: [{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' } }],
};

const own = (status: ReleaseStatus) => [{ release: release(1, status), content }];
const others = (status: ReleaseStatus) => [
  { release: { ...release(4, status), app: 'admin' }, content },
];
/** What must stay, by the release that it is for; those that need nothing are left out. */
function kept(...given: Parameters<typeof keptReleases>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    keptReleases(...given).flatMap(({ name, refersTo }) =>
      refersTo.length > 0
        ? [[name, refersTo.map((ref) => `${ref.kind} ${ref.name}`).join(', ')]]
        : [],
    ),
  );
}

describe('of the app itself', () => {
  test.each(['adopted', 'rolled-out', 'verified', 'rolled-back'] as const)(
    'a release that is %s keeps what the ledger cannot bring back',
    (status) => {
      expect(kept(own(status), [], NOTHING, 'shop')).toEqual({
        'release 1 of shop': 'ConfigMap settings',
      });
    },
  );

  test.each(['failed', 'started', 'superseded', 'interrupted'] as const)(
    'a release that is %s keeps nothing: nobody can go back to it',
    (status) => {
      expect(kept(own(status), [], NOTHING, 'shop')).toEqual({});
    },
  );

  test('the release that is verified keeps what it needs itself', () => {
    expect(kept([], [], content, 'shop')).toEqual({ 'this release': 'ConfigMap settings' });
  });
});

describe('of other apps', () => {
  test.each(['rolled-out', 'verified', 'started', 'superseded', 'interrupted'] as const)(
    'a release that is %s keeps all that it has to do with',
    (status) => {
      expect(kept([], others(status), NOTHING, 'shop')).toEqual({
        'release 4 of admin': 'ConfigMap settings, Service web, Deployment web',
      });
    },
  );

  test.each(['failed', 'rolled-back'] as const)('a release that is %s keeps nothing', (status) => {
    expect(kept([], others(status), NOTHING, 'shop')).toEqual({});
  });
});
