import { describe, expect, test } from '@jest/globals';
import { release } from '../release/release.test-data.ts';
import type { ReleaseContent } from '../release/release.ts';
import { NOT_SEEN } from '../rollout/observation.ts';
import { targetOf } from '../rollout/rollout.test-data.ts';
import { type Standing, unseen } from '../rollout/tracker.ts';
import type { Architectures } from '../workload/architectures.ts';
import type { ImageId } from '../workload/image-ids.ts';
import { deployment, pod, replicaSet } from '../workload/workload.test-data.ts';
import {
  movedImages,
  movedSentence,
  pinned,
  repinnedSentence,
  untoldSentence,
} from './moved-images.ts';
import { chooseTarget } from './target.ts';

const [OLD, NEW, OTHER] = ['a', 'b', 'c'].map((one) => `sha256:${one.repeat(64)}`) as [
  string,
  string,
  string,
];
const TAG = 'registry.example:5000/shop/web:latest';

/** `web`, whose new pods report these images. */
function running(
  imageIDs: readonly string[],
  image = TAG,
  nodes: readonly string[] = [],
): Standing {
  const object = deployment({ image });
  const owner = replicaSet(object);
  const newPods = imageIDs.map((imageID, index) => {
    const one = pod(owner, [{ name: 'web', ready: true, imageID }], `web-${index}`);
    const nodeName = nodes[index];
    return nodeName === undefined ? one : { ...one, spec: { ...one.spec, nodeName } };
  });
  const observation = { ...NOT_SEEN, object, related: { ...NOT_SEEN.related, newPods } };
  return { ...unseen(targetOf(object), '', 0), observation };
}

const releases = [release(1, 'rolled-out'), release(2, 'rolled-out')];
const target = chooseTarget(releases, { to: 'release', number: 1 });

/** Release 1, which ran these images. */
function ran(...images: readonly ImageId[]): ReleaseContent {
  const { template } = deployment({ image: TAG }).spec;
  const workload = { kind: 'Deployment', namespace: 'shop', name: 'web' } as const;
  return {
    workloads: [{ workload, template, ...(images.length > 0 ? { images: { web: images } } : {}) }],
    objects: [deployment({ image: TAG })],
  };
}

/** What moved, in a cluster of one architecture. */
function moved(content: ReleaseContent, ...standings: readonly Standing[]) {
  const from = [{ release: release(1, 'rolled-out'), content }];
  return movedImages(standings, target, from, new Map([['node-a', 'amd64']])).moved;
}

const manifest = (digest: string): ImageId => ({ digest, of: 'manifest' });

describe('a tag that moved since a release', () => {
  test('is found by what its pods report, with the image that the release ran', () => {
    expect(moved(ran(manifest(OLD)), running([`${TAG}@${NEW}`]))).toEqual([
      {
        release: 1,
        workload: 'deployment/web',
        container: 'web',
        image: TAG,
        recorded: OLD,
        found: NEW,
        pin: `registry.example:5000/shop/web@${OLD}`,
      },
    ]);
  });

  test('is found also where only one of the pods runs another image', () => {
    const mixed = running([`${TAG}@${OLD}`, `${TAG}@${NEW}`]);
    expect(moved(ran(manifest(OLD)), mixed)).toMatchObject([{ found: NEW }]);
  });

  test('has no single digest to go back to where the release ran several', () => {
    const several = ran(manifest(OLD), manifest(OTHER));
    expect(moved(several, running([`${TAG}@${OLD}`]))).toEqual([]);
    expect(moved(several, running([`${TAG}@${NEW}`]))).toMatchObject([
      { recorded: `${OLD}, ${OTHER}`, found: NEW, pin: undefined },
    ]);
  });

  test('is none where nothing was recorded, or it is the same', () => {
    expect(moved(ran(), running([`${TAG}@${NEW}`]))).toEqual([]);
    expect(moved(ran(manifest(OLD)), running([`${TAG}@${OLD}`]))).toEqual([]);
  });

  test('is none where the image is named by its digest', () => {
    const pin = `shop/web@${NEW}`;
    expect(moved(ran(manifest(OLD)), running([pin], pin))).toEqual([]);
  });

  test('is not made out of what the runtime names in another way', () => {
    expect(moved(ran(manifest(OLD)), running([NEW]))).toEqual([]);
    expect(moved(ran({ digest: OLD, of: 'config' }), running([`${TAG}@${NEW}`]))).toEqual([]);
    expect(moved(ran({ digest: OLD, of: 'config' }), running([NEW]))).toMatchObject([
      { recorded: OLD, found: NEW, pin: undefined },
    ]);
  });

  test('is told with tag and both digests', () => {
    const [one] = moved(ran(manifest(OLD)), running([`${TAG}@${NEW}`]));
    if (!one) throw new Error('it was not found');
    expect(movedSentence(one)).toBe(
      `The tag of ${TAG} names another image now (${NEW}) than the one that release 1 ran (${OLD}).`,
    );
    expect(repinnedSentence(one)).toBe(
      `Container web of deployment/web runs registry.example:5000/shop/web@${OLD}, because the tag of ${TAG} names another image now (${NEW}).`,
    );
  });
});

describe('in a cluster of two architectures', () => {
  const both = new Map([
    ['amd-1', 'amd64'],
    ['amd-2', 'amd64'],
    ['arm-1', 'arm64'],
  ]);
  const unread = { architectures: undefined };
  const ranOn = (...nodes: readonly string[]) => ran({ digest: OLD, of: 'manifest', nodes });
  const compared = (
    content: ReleaseContent,
    on: Readonly<Record<string, string>>,
    { architectures }: { readonly architectures: Architectures } = { architectures: both },
  ) => {
    const images = Object.values(on).map((digest) => `${TAG}@${digest}`);
    const standing = running(images, TAG, Object.keys(on));
    const from = [{ release: release(1, 'rolled-out'), content }];
    const { moved, untold } = movedImages([standing], target, from, architectures);
    return [moved, untold].map((some) => some.map(({ found, pin }) => [found, pin !== undefined]));
  };

  test('another architecture has an image of its own', () => {
    expect(compared(ranOn('amd-1'), { 'arm-1': NEW })).toEqual([[], []]);
    expect(compared(ranOn('amd-1'), { 'amd-2': OLD, 'arm-1': NEW })).toEqual([[], []]);
  });

  test('a tag has moved where nodes of one architecture disagree', () => {
    expect(compared(ranOn('amd-1'), { 'amd-2': NEW })).toEqual([[[NEW, true]], []]);
  });

  test('what ran on one architecture alone is not put back by its digest on two', () => {
    const on = { 'amd-2': NEW, 'arm-1': OTHER };
    expect(compared(ranOn('amd-1'), on)).toEqual([[[NEW, false]], []]);
    expect(compared(ranOn('amd-1', 'arm-1'), on)).toEqual([[[NEW, true]], []]);
  });

  test('nobody who may not read nodes can tell, unless the same node has both', () => {
    expect(compared(ranOn('amd-1'), { 'amd-1': NEW }, unread)).toEqual([[[NEW, true]], []]);
    expect(compared(ranOn('amd-1'), { 'amd-2': NEW }, unread)).toEqual([[], [[NEW, true]]]);
    expect(compared(ran(manifest(OLD)), { 'amd-1': NEW }, unread)).toEqual([[], [[NEW, true]]]);
  });

  test('nobody can tell of nodes that are gone', () => {
    expect(compared(ranOn('gone'), { 'arm-1': NEW })).toEqual([[], [[NEW, true]]]);
  });

  test('that it cannot be told is said with both digests', () => {
    const content = ranOn('gone');
    const standing = running([`${TAG}@${NEW}`], TAG, ['arm-1']);
    const from = [{ release: release(1, 'rolled-out'), content }];
    const { untold } = movedImages([standing], target, from, both);
    expect(untold.map(untoldSentence)).toEqual([
      `Whether the tag of ${TAG} still names what release 1 ran cannot be told: container web of deployment/web runs ${NEW}, that release ran ${OLD}, and a node of another architecture may have an image of its own.`,
    ]);
  });
});

test('what is put back by its digest is so in the template and in what was applied', () => {
  const content = ran(manifest(OLD));
  const found = moved(content, running([`${TAG}@${NEW}`]));
  const { workloads, objects } = pinned(content, found);
  const pin = `registry.example:5000/shop/web@${OLD}`;
  expect(workloads[0]?.template.spec.containers[0]?.image).toBe(pin);
  expect(objects[0]).toEqual(deployment({ image: pin }));
});
