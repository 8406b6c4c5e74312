import { expect, test } from '@jest/globals';
import { parseHierarchies } from './cgroups.ts';

test('control group hierarchies of both versions are found among the mounts', () => {
  const mountinfo = `30 25 0:26 / /sys/fs/cgroup ro,nosuid - tmpfs tmpfs ro,mode=755
31 30 0:27 / /sys/fs/cgroup/unified rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate
35 30 0:31 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:15 - cgroup cgroup rw,cpu,cpuacct
`;
  expect(parseHierarchies(mountinfo)).toEqual([
    { mountPoint: '/sys/fs/cgroup/unified', unified: true },
    { mountPoint: '/sys/fs/cgroup/cpu,cpuacct', unified: false },
  ]);
});
