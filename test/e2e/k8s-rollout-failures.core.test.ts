import { describe, expect } from '@jest/globals';
import { playground, realNodeTest } from './fixture.ts';
import { expectFailure } from './rollout-failure.ts';
import { applyManifest, expectGood, ledger, testVersions } from './rollout-fixture.ts';
import { type WebOptions, web } from './workloads.ts';

const image = testVersions();

function bad(options: Partial<WebOptions>): object {
  return web({ image: image.v2, ...options });
}

describe('paal/k8s-rollout names the cause of a failure, and takes the workload back', () => {
  realNodeTest('an image that does not exist, in the words of the registry', async () => {
    const ground = await playground('image');
    await expectFailure(ground, image, {
      manifest: web({ image: image.missing }),
      reason: 'ImageNotFound',
      says: [`The image ${image.missing} of container web does not exist`, /not found/],
      at: 'image: ',
    });
  });

  realNodeTest(
    'a crash at the start, with the exit code and the last lines of the run that ended (trap 34)',
    async () => {
      const ground = await playground('crash');
      const LOG = 'connecting to the database';
      const step = await expectFailure(ground, image, {
        manifest: bad({ env: { LOG, EXIT_CODE: '3' } }),
        reason: 'CrashLoop',
        says: ['The container web exited with code 3, 3 times so far'],
        at: '- name: web',
      });
      for (const text of [step.summary, step.log]) {
        expect(text).toMatch(/Last lines of web in web-\w+-\w+ before it exited/);
        expect(text).toContain(LOG);
        expect(text).toContain('fatal: something went wrong on purpose');
      }
    },
  );

  realNodeTest('a container that needs more memory than its limit', async () => {
    const ground = await playground('memory');
    await expectFailure(ground, image, {
      manifest: bad({
        env: { ALLOCATE: '128Mi' },
        container: { resources: { limits: { memory: '32Mi' } } },
      }),
      reason: 'OOMKilled',
      says: [
        'used more memory than its limit of 32Mi (OOMKilled), 2 times so far',
        "Raise the container's memory limit",
      ],
      at: 'memory: 32Mi',
    });
  });

  realNodeTest('a key that a Secret does not have', async () => {
    const ground = await playground('key');
    await ground.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db' } });
    const env = [{ name: 'URI', valueFrom: { secretKeyRef: { name: 'db', key: 'uri' } } }];
    await expectFailure(ground, image, {
      manifest: bad({ container: { env } }),
      reason: 'SecretKeyNotFound',
      says: ['The key uri of the Secret db, which container web needs, does not exist'],
      at: 'key: uri',
    });
  });

  realNodeTest('a ConfigMap that does not exist, mounted as a volume', async () => {
    const ground = await playground('volume');
    await expectFailure(ground, image, {
      manifest: bad({
        pod: { volumes: [{ name: 'config', configMap: { name: 'settings' } }] },
        container: { volumeMounts: [{ name: 'config', mountPath: '/config' }] },
      }),
      reason: 'ConfigMapNotFound',
      container: '',
      says: ['The ConfigMap settings, which pod web-', `does not exist in namespace`],
      at: 'name: settings',
    });
  });

  realNodeTest('pods that never become ready, with what the probe answers', async () => {
    const ground = await playground('never');
    await expectFailure(ground, image, {
      manifest: bad({ env: { NEVER_READY: '1' } }),
      inputs: { timeout: '8s' },
      reason: 'ProbeFailed',
      status: 'timed-out',
      says: [
        'Not rolled out within 8 s',
        'Readiness probe failed: HTTP probe failed with statuscode: 503',
      ],
      at: 'readinessProbe:',
    });
  });
});

describe('paal/k8s-rollout does not take back', () => {
  realNodeTest('with on-failure: none', async () => {
    const ground = await playground('none');
    expectGood(await applyManifest(ground, [web({ image: image.v1 })]));
    const step = await applyManifest(ground, [web({ image: image.missing })], {
      'on-failure': 'none',
    });
    expect(step.outputs).toMatchObject({
      status: 'failed',
      'failure-reason': 'ImageNotFound',
      'rolled-back': 'not-attempted',
      'rollback-target': '',
      revision: '2',
    });
    expect(step.errors).toEqual([expect.stringContaining('Not rolled back: on-failure is none.')]);
    const path = '-ojsonpath={.spec.template.spec.containers[0].image}';
    expect(await ground.kubectl('get', 'deployment', 'web', path)).toBe(image.missing);
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'failed' });
  });

  realNodeTest('the first release, because there is nothing to go back to', async () => {
    const ground = await playground('first');
    const step = await applyManifest(ground, [web({ image: image.missing })]);
    expect(step.outputs).toMatchObject({
      status: 'failed',
      'failure-reason': 'ImageNotFound',
      'rolled-back': 'not-attempted',
    });
    expect(step.errors).toEqual([
      expect.stringContaining('Not rolled back: there is no earlier release that served.'),
    ]);
    expect(await ledger(ground)).toEqual({ 1: 'failed' });
  });
});
