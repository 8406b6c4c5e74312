import { expect, test } from '@jest/globals';
import { mountsBelow } from './teardown.ts';

const MOUNTINFO = `22 1 0:21 / / rw - overlay overlay rw
40 22 0:35 / /tmp/paal-0/a-1 rw - tmpfs tmpfs rw
41 40 0:36 / /tmp/paal-0/a-1/rootfs rw - overlay overlay rw
42 22 0:37 / /tmp/paal-0/a-12 rw - tmpfs tmpfs rw
`;

test('mounts in a folder are found, those inside of others first, and those beside it are not', () => {
  expect(mountsBelow(MOUNTINFO, '/tmp/paal-0/a-1')).toEqual([
    '/tmp/paal-0/a-1/rootfs',
    '/tmp/paal-0/a-1',
  ]);
  expect(mountsBelow(MOUNTINFO, '/tmp/paal-0/b')).toEqual([]);
});
