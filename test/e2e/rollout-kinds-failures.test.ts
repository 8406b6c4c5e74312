import { describe } from '@jest/globals';
import { playground, realNodeTest } from './fixture.ts';
import { expectFailure } from './rollout-failure.ts';
import { FAILURE_CASES } from './rollout-failure-cases.ts';
import { testVersions } from './rollout-fixture.ts';
import { web } from './workloads.ts';

const image = testVersions();

// Where no node matches, a DaemonSet has no pods, and nothing to wait for.
const NOT_OF_DAEMON_SETS = ['pods that no node takes'];

describe.each(['Deployment', 'StatefulSet', 'DaemonSet'] as const)('a %s is failed by', (kind) => {
  const cases = FAILURE_CASES.filter(
    ({ name }) => kind !== 'DaemonSet' || !NOT_OF_DAEMON_SETS.includes(name),
  );
  for (const { name, prepare, bad, expected } of cases) {
    realNodeTest(`${name}, with its cause, and taken back`, async () => {
      const ground = await playground('kinds');
      await prepare?.(ground);
      const manifest = web({ kind, ...bad(image) });
      await expectFailure(ground, image, { kind, manifest, ...expected });
    });
  }
});
