import { describe, expect } from '@jest/globals';
import { copyImage } from '../images/skopeo.ts';
import { type Playground, playground, realNodeTest } from './fixture.ts';
import {
  applyManifest,
  applyWithKubectl,
  expectGood,
  expectServing,
  setImage,
  testVersions,
} from './rollout-fixture.ts';
import { web } from './workloads.ts';

const image = testVersions();

/** Does something once, when the log of a step holds `text`; `done` tells how that went. */
function when(text: string, act: () => Promise<unknown>) {
  let begun: Promise<unknown> | undefined;
  return {
    onLog: (log: string) => {
      if (!begun && log.includes(text)) begun = act();
    },
    done: async () => {
      expect(begun).toBeDefined();
      await begun;
    },
  };
}

async function serving(label: string, replicas = 1): Promise<Playground> {
  const ground = await playground(label);
  expectGood(await applyManifest(ground, [web({ image: image.v1, replicas })]));
  return ground;
}

describe('a rollout that recovers is not failed:', () => {
  realNodeTest('a slow start', async () => {
    const ground = await serving('slow');
    const slow = web({ image: image.v2, env: { READY_AFTER: '25s' } });
    expectGood(await applyManifest(ground, [slow]));
    await expectServing(ground, image.v2);
  });

  realNodeTest('a sidecar that crashes twice and then runs', async () => {
    const ground = await serving('sidecar');
    const sidecar = {
      name: 'proxy',
      image: image.v1,
      restartPolicy: 'Always',
      env: [
        { name: 'CRASH_TIMES', value: '2' },
        { name: 'STATE_FILE', value: '/state/n' },
        { name: 'PORT', value: '9090' },
      ],
      volumeMounts: [{ name: 'state', mountPath: '/state' }],
    };
    const pod = { initContainers: [sidecar], volumes: [{ name: 'state', emptyDir: {} }] };
    const step = await applyManifest(ground, [web({ image: image.v2, pod })]);
    expectGood(step);
    expect(step.log).toContain('The container proxy exited with code 1');
  });

  realNodeTest('an image that appears late, with the budget for that', async () => {
    const ground = await serving('late-image');
    const { registry } = ground.cluster;
    const late = `${registry}/test-app:late-${ground.namespace}`;
    const push = when('does not exist', () =>
      copyImage(`docker://${image.v2}`, `docker://${late}`),
    );
    const inputs = { budgets: 'ImageNotFound=90s' };
    const step = await applyManifest(ground, [web({ image: late })], inputs, push);
    await push.done();
    expectGood(step);
    await expectServing(ground, late);
  });

  realNodeTest('a Secret that appears late', async () => {
    const ground = await serving('late-secret');
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db' } };
    const create = when('The Secret db', () => ground.apply(secret));
    const container = { envFrom: [{ secretRef: { name: 'db' } }] };
    const step = await applyManifest(ground, [web({ image: image.v2, container })], {}, create);
    await create.done();
    expectGood(step);
  });

  realNodeTest('a quota that frees itself', async () => {
    const ground = await serving('late-quota');
    await ground.apply({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'pods' },
      spec: { hard: { 'count/pods': '1' } },
    });
    const free = when('exceeded quota', () => ground.kubectl('delete', 'resourcequota', 'pods'));
    const step = await applyManifest(ground, [web({ image: image.v2 })], {}, free);
    await free.done();
    expectGood(step);
  });
});

describe('a rollout with the strategy', () => {
  realNodeTest('Recreate has no pods for a while, and succeeds (trap 15)', async () => {
    const ground = await playground('recreate');
    const recreate = (version: string) =>
      web({ image: version, replicas: 2, spec: { strategy: { type: 'Recreate' } } });
    expectGood(await applyManifest(ground, [recreate(image.v1)]));
    expectGood(await applyManifest(ground, [recreate(image.v2)]));
    await expectServing(ground, image.v2);
  });

  realNodeTest('maxSurge 0 replaces pods in place', async () => {
    const ground = await playground('in-place');
    const rollingUpdate = { maxSurge: 0, maxUnavailable: 1 };
    const inPlace = (version: string) =>
      web({ image: version, replicas: 2, spec: { strategy: { rollingUpdate } } });
    expectGood(await applyManifest(ground, [inPlace(image.v1)]));
    expectGood(await applyManifest(ground, [inPlace(image.v2)]));
    await expectServing(ground, image.v2);
  });

  realNodeTest('minReadySeconds waits for available, not for ready', async () => {
    const ground = await playground('min-ready');
    const steady = web({ image: image.v1, spec: { minReadySeconds: 5 } });
    const step = await applyManifest(ground, [steady]);
    expectGood(step);
    expect(step.log).toContain('1 of 1 updated, 0 available');
  });
});

describe('a rollout', () => {
  realNodeTest('that is scaled out in the middle is measured by the new number', async () => {
    const ground = await serving('scaled');
    const scale = when('1 of 1 updated', () =>
      ground.kubectl('scale', 'deployment/web', '--replicas=3'),
    );
    const slow = web({ image: image.v2, env: { READY_AFTER: '4s' } });
    const step = await applyManifest(ground, [slow], {}, scale);
    await scale.done();
    expectGood(step);
    await expectServing(ground, image.v2);
    expect(step.log).toContain('serving 3 of 3');
  });

  realNodeTest('takes over what kubectl apply and kubectl create have made', async () => {
    const ground = await playground('taken-over');
    await applyWithKubectl(ground, web({ name: 'applied', image: image.v1 }));
    await ground.kubectl('create', 'deployment', 'created', `--image=${image.v1}`);
    const applied = web({ name: 'applied', image: image.v2 });
    expectGood(await applyManifest(ground, [applied]));
    expectGood(
      await setImage(ground, image.v2, {
        workloads: 'deployment/created',
        images: `test-app=${image.v2}`,
      }),
    );
    await expectServing(ground, image.v2, 'applied');
    await expectServing(ground, image.v2, 'created');
  });

  realNodeTest('of 20 workloads is failed by the one that is bad, by name', async () => {
    const ground = await playground('twenty');
    const names = Array.from({ length: 20 }, (_, index) => `web-${index}`);
    const all = (bad?: string) =>
      names.map((name) => web({ name, image: name === bad ? image.missing : image.v1 }));
    const step = await applyManifest(ground, all('web-13'), { 'on-failure': 'none' });
    expect(step.outputs).toMatchObject({
      status: 'failed',
      'failure-reason': 'ImageNotFound',
      'failed-workload': 'deployment/web-13',
      'failed-container': 'web-13',
    });
  });
});
