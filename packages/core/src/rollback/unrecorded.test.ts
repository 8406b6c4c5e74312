import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isGood } from '../release/history.ts';
import type { LedgerEntry } from '../release/ledger.ts';
import { release } from '../release/release.test-data.ts';
import type { Release, ReleaseStatus } from '../release/release.ts';
import type { PodTemplate } from '../workload/types.ts';
import { fatesAfter } from './record.ts';
import { chooseTarget } from './target.ts';
import { unrecorded, unrecordedFates, unrecordedSentences, withFates } from './unrecorded.ts';

const WEB = 'deployment/web';
const API = 'deployment/api';

function templateOf(image: string): PodTemplate {
  return { spec: { containers: [{ name: 'main', image }] } };
}

/** What a release holds: each workload runs an image that is named by the release. */
function entry(one: Release, image = `v${one.number}`): LedgerEntry {
  const workloads = one.workloads.map((text) => {
    const [, name = ''] = text.split('/');
    const workload = { kind: 'Deployment', namespace: 'shop', name } as const;
    return { workload, template: templateOf(image) };
  });
  return { release: one, content: { workloads, objects: [] } };
}

/** What is found where `live` runs these images, by workload. */
function found(entries: readonly LedgerEntry[], live: Readonly<Record<string, string>>) {
  const releases = entries.map((one) => one.release);
  const templates = Object.entries(live).map(([name, image]) => [name, templateOf(image)] as const);
  return unrecorded(releases, entries, new Map(templates));
}

/** What the ledger should say, by number. */
function settled(entries: readonly LedgerEntry[], live: Readonly<Record<string, string>>) {
  const releases = entries.map((one) => one.release);
  const fates = unrecordedFates(releases, found(entries, live));
  return withFates(releases, fates).map(({ number, status, takenBack }) => [
    number,
    status,
    takenBack,
  ]);
}

const THREE = [
  entry(release(1, 'verified')),
  entry(release(2, 'rolled-out')),
  entry(release(3, 'verified')),
];

describe('a rollback that ended before it was recorded', () => {
  test('is found by what runs, and the releases since are rolled back', () => {
    expect(settled(THREE, { [WEB]: 'v2' })).toEqual([
      [1, 'verified', []],
      [2, 'rolled-out', []],
      [3, 'rolled-back', [WEB]],
    ]);
    expect(unrecordedSentences(found(THREE, { [WEB]: 'v1' }))).toEqual([
      'deployment/web runs release 1, and not release 3 as the ledger has it: a rollback ended before it was recorded, or somebody else has taken it back',
    ]);
  });

  test('makes the release before the one before what runs', () => {
    const releases = THREE.map((one) => one.release);
    const fates = unrecordedFates(releases, found(THREE, { [WEB]: 'v2' }));
    const target = chooseTarget(withFates(releases, fates), { to: 'previous' });
    expect(target.release.number).toBe(1);
  });

  test('says nothing of a release without workloads, which may have been taken back or not', () => {
    expect(settled([...THREE, entry(release(4, 'rolled-out', []))], { [WEB]: 'v1' })).toEqual([
      [1, 'verified', []],
      [2, 'rolled-back', [WEB]],
      [3, 'rolled-back', [WEB]],
      [4, 'rolled-out', []],
    ]);
  });

  test('may have come as far as some of the workloads', () => {
    const both = [WEB, API];
    const entries = [entry(release(1, 'verified', both)), entry(release(2, 'verified', both))];
    expect(settled(entries, { [WEB]: 'v1', [API]: 'v2' })).toEqual([
      [1, 'verified', []],
      [2, 'verified', [WEB]],
    ]);
  });

  test('may have gone forth to a release that was rolled back', () => {
    const entries = [entry(release(1, 'verified')), entry(release(2, 'rolled-back', [WEB], [WEB]))];
    expect(settled(entries, { [WEB]: 'v2' })).toEqual([
      [1, 'verified', []],
      [2, 'rolled-out', []],
    ]);
  });

  test('is what it would be had it been recorded, whatever happened before', () => {
    const step = fc.constantFrom<readonly string[]>([WEB], [API], [WEB, API], []);
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (steps) => {
        let releases: readonly Release[] = [release(0, 'adopted', [WEB, API])];
        for (const [index, workloads] of [...steps, []].entries()) {
          if (workloads.length > 0) {
            releases = [...releases, release(index + 1, 'rolled-out', workloads)];
            continue;
          }
          if (releases.filter(isGood).length < 2) return;
          const target = chooseTarget(releases, { to: 'previous' });
          const recorded = withFates(releases, fatesAfter(releases, target));
          const live = [...target.sources].map(([name, to]) => [name, `v${to.number}`]);
          const entries = releases.map((one) => entry(one));
          const known = found(entries, Object.fromEntries(live));
          expect(withFates(releases, unrecordedFates(releases, known))).toEqual(recorded);
          releases = recorded;
        }
      }),
    );
  });
});

describe('nothing is taken for a rollback', () => {
  test.each<readonly [string, readonly LedgerEntry[], string]>([
    ['where what runs is what serves by the ledger', THREE, 'v3'],
    ['where what runs is of no release', THREE, 'other'],
    [
      'where the release that serves looks like an earlier one',
      [...THREE, entry(release(4, 'verified'), 'v1')],
      'v1',
    ],
    ['where nothing served', [entry(release(1, 'failed'))], 'v1'],
    [
      'where an earlier release that runs never served',
      [entry(release(1, 'failed')), ...THREE.slice(1)],
      'v1',
    ],
  ])('%s', (_, entries, image) => {
    expect(found(entries, { [WEB]: image })).toEqual([]);
  });

  test.each<ReleaseStatus>(['started', 'failed', 'interrupted'])(
    'where a newer release that is %s has put out the same',
    (status) => {
      expect(found([...THREE, entry(release(4, status), 'v2')], { [WEB]: 'v2' })).toEqual([]);
    },
  );
});
