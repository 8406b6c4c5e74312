import { expect, test } from '@jest/globals';
import { imageIdsOf, parseImageId } from './image-ids.ts';
import { deployment, pod, replicaSet } from './workload.test-data.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const OTHER = `sha256:${'b'.repeat(64)}`;

test.each([
  [`registry.example:5000/shop/web@${DIGEST}`, 'manifest'],
  [`docker-pullable://shop/web@${DIGEST}`, 'manifest'],
  [DIGEST, 'config'],
  [`docker://${DIGEST}`, 'config'],
] as const)('what a runtime reports as %s is the digest of a %s', (imageID, of) => {
  expect(parseImageId(imageID)).toEqual({ digest: DIGEST, of });
});

test.each(['', 'shop/web:1', 'sha256:abc'])('"%s" says nothing', (imageID) => {
  expect(parseImageId(imageID)).toBeUndefined();
});

test('the images of a container are told once each, whichever pod runs them', () => {
  const owner = replicaSet(deployment());
  const pods = [DIGEST, OTHER, DIGEST].map((digest, index) =>
    pod(owner, [{ name: 'web', ready: true, imageID: `shop/web@${digest}` }], `web-${index}`),
  );
  const init = { name: 'wait', imageID: `shop/wait@${OTHER}` };
  const [first] = pods;
  const waited = { ...first, status: { ...first?.status, initContainerStatuses: [init] } };
  expect(imageIdsOf(pods, 'web').map(({ digest }) => digest)).toEqual([DIGEST, OTHER]);
  expect(imageIdsOf([waited as (typeof pods)[0]], 'wait')).toEqual([
    { digest: OTHER, of: 'manifest' },
  ]);
  expect(imageIdsOf(pods, 'sidecar')).toEqual([]);
});

test('an image is told with the nodes on which it runs, each once, and not with all of many', () => {
  const owner = replicaSet(deployment());
  const on = (nodeName: string, digest: string) => {
    const one = pod(owner, [{ name: 'web', ready: true, imageID: `shop/web@${digest}` }]);
    return { ...one, spec: { ...one.spec, nodeName } };
  };
  expect(
    imageIdsOf([on('b', DIGEST), on('a', DIGEST), on('b', DIGEST), on('c', OTHER)], 'web'),
  ).toEqual([
    { digest: DIGEST, of: 'manifest', nodes: ['a', 'b'] },
    { digest: OTHER, of: 'manifest', nodes: ['c'] },
  ]);
  const many = Array.from({ length: 50 }, (_, index) => on(`node-${index}`, DIGEST));
  expect(imageIdsOf(many, 'web')[0]?.nodes).toHaveLength(20);
});
