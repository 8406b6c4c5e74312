import { describe } from '@jest/globals';
import { playground, realNodeTest } from './fixture.ts';
import { expectFailure } from './rollout-failure.ts';
import { testVersions } from './rollout-fixture.ts';
import { web } from './workloads.ts';

const image = testVersions();

describe('paal/k8s-rollout names the cause of a failure, and takes the workload back', () => {
  realNodeTest('a crash of an init container', async () => {
    const ground = await playground('init');
    const initContainers = [
      { name: 'prepare', image: image.v2, env: [{ name: 'EXIT_CODE', value: '1' }] },
    ];
    await expectFailure(ground, image, {
      manifest: web({ image: image.v2, pod: { initContainers } }),
      reason: 'CrashLoop',
      container: 'prepare',
      says: ['The init container prepare exited with code 1, 3 times so far'],
      at: '- name: prepare',
    });
  });

  realNodeTest('a Secret that does not exist', async () => {
    const ground = await playground('secret');
    await expectFailure(ground, image, {
      manifest: web({ image: image.v2, container: { envFrom: [{ secretRef: { name: 'db' } }] } }),
      reason: 'SecretNotFound',
      says: [
        `The Secret db, which container web needs, does not exist in namespace ${ground.namespace}`,
      ],
      at: 'name: db',
    });
  });
});
