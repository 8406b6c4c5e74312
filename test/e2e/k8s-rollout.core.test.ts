import { dirname } from 'node:path';
import { describe, expect } from '@jest/globals';
import { type Playground, playground, realNodeTest } from './fixture.ts';
import {
  applyManifest,
  applyWithKubectl,
  expectGood,
  expectServing,
  flightRecordOf,
  ledger,
  reportOf,
  setImage,
  testVersions,
  workspace,
} from './rollout-fixture.ts';
import { web } from './workloads.ts';

const PASSWORD = 'correct-horse-battery-staple';
const SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
};
const FROM_CONFIG = { container: { envFrom: [{ configMapRef: { name: 'web' } }] } };

function config(data: Readonly<Record<string, string>>): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web' }, data };
}

const image = testVersions();

/** What users get from the Service. */
async function answerOf(ground: Playground, path: string): Promise<string> {
  const service = `/api/v1/namespaces/${ground.namespace}/services/web:80/proxy`;
  return await ground.kubectl('get', '--raw', `${service}${path}`);
}

describe('paal/k8s-rollout with manifests', () => {
  realNodeTest('creates what is not there yet, and says so once it serves', async () => {
    const ground = await playground('manifests');
    const files = {
      'k8s/web.yaml': [web({ image: 'web', replicas: 2, env: { PASSWORD }, ...FROM_CONFIG })],
      'k8s/zz-parts.yaml': [SERVICE, config({ GREETING: 'hello' })],
    };
    const step = await ground.step(
      'k8s-rollout',
      { manifests: 'k8s', images: `web=${image.v1}`, bake: '1s', version: '1.0' },
      { workspace: await workspace(files) },
    );
    expectGood(step);
    expect(step.outputs).toMatchObject({
      changed: 'true',
      'failure-reason': '',
      'failed-workload': '',
      'failed-container': '',
      revision: '1',
      'previous-revision': '',
      'rolled-back': 'not-needed',
      'rollback-target': '',
      release: '1',
      version: '1.0',
    });
    await expectServing(ground, image.v1);
    expect(JSON.parse(await answerOf(ground, '/version'))).toEqual({ status: 'ok', version: 'v1' });
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out' });

    expect(step.summary).toMatch(/^## ✅ Release 1 rolled out\n\n\*\*everything serves\*\*/);
    expect(step.summary).toContain('| <code>deployment/web</code> | succeeded | 2 of 2 updated');
    expect(step.summary).toContain('displayMode: compact\n');
    expect(step.log).toContain('configmap/web: is created');
    const report = await reportOf(step);
    expect(report).toMatchObject({ action: 'k8s-rollout', status: 'succeeded', release: 1 });
    const record = await flightRecordOf(step);
    expect(record.filter((line) => line.includes('"kind":"Pod"')).length).toBeGreaterThan(1);
    for (const text of [JSON.stringify(report), record.join('\n'), step.log, step.summary]) {
      expect(text).not.toContain(PASSWORD);
    }
  });

  realNodeTest('with dry-run says what it would do, and does nothing', async () => {
    const ground = await playground('plan');
    const step = await applyManifest(ground, [web({ image: image.v1 })], { 'dry-run': 'true' });
    expectGood(step);
    expect(step.outputs).toMatchObject({ changed: 'true', release: '', revision: '' });
    expect(step.log).toContain('deployment/web: is created');
    expect(await ground.kubectl('get', 'deployments,configmaps', '-o', 'name')).toBe(
      'configmap/kube-root-ca.crt',
    );
  });

  realNodeTest('renders a folder with a kustomization', async () => {
    const ground = await playground('kustomize');
    const kustomization = {
      resources: ['web.yaml'],
      images: [{ name: 'web', newName: image.v2.replace(/:v2$/, ''), newTag: 'v2' }],
    };
    const step = await ground.step(
      'k8s-rollout',
      { manifests: 'k8s', bake: '1s' },
      {
        workspace: await workspace({
          'k8s/kustomization.yaml': [kustomization],
          'k8s/web.yaml': [web({ image: 'web' })],
        }),
        env: { PATH: `${dirname(ground.cluster.kubectl)}:${process.env.PATH}` },
      },
    );
    expectGood(step);
    await expectServing(ground, image.v2);
  });

  realNodeTest('changes what is there, and gives both revisions', async () => {
    const ground = await playground('change');
    expectGood(await applyManifest(ground, [web({ image: image.v1 })]));
    const step = await applyManifest(ground, [web({ image: image.v2 })]);
    expectGood(step);
    expect(step.outputs).toMatchObject({
      changed: 'true',
      revision: '2',
      'previous-revision': '1',
      release: '2',
    });
    expect(step.log).toContain(`deployment/web: changes (web → ${image.v2})`);
    await expectServing(ground, image.v2);
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'rolled-out' });
  });
});

describe('paal/k8s-rollout with images alone', () => {
  realNodeTest('records what ran before as release 0, and puts out release 1', async () => {
    const ground = await playground('images');
    await applyWithKubectl(ground, web({ image: image.v1 }));
    const step = await setImage(ground, image.v2);
    expectGood(step);
    expect(step.outputs).toMatchObject({
      changed: 'true',
      revision: '2',
      'previous-revision': '1',
      release: '1',
    });
    await expectServing(ground, image.v2);
    expect(await ledger(ground)).toEqual({ 0: 'adopted', 1: 'rolled-out' });
  });

  realNodeTest('has nothing to do where the image runs already, and says so at once', async () => {
    const ground = await playground('no-op');
    await applyWithKubectl(ground, web({ image: image.v1 }));
    const step = await setImage(ground, image.v1, { bake: '1m' });
    expectGood(step);
    expect(step.outputs).toMatchObject({
      changed: 'false',
      revision: '1',
      'previous-revision': '1',
      'rolled-back': 'not-needed',
    });
    expect(step.summary).toContain('nothing to change');
    expect(Number((await reportOf(step)).milliseconds)).toBeLessThan(10_000);
  });

  realNodeTest('has nothing to do on what is broken, and fails with the cause', async () => {
    const ground = await playground('broken');
    await ground.apply(web({ image: image.missing }));
    const step = await setImage(ground, image.missing);
    expect(step.exitCode).toBe(1);
    expect(step.outputs).toMatchObject({
      status: 'failed',
      changed: 'false',
      'failure-reason': 'ImageNotFound',
      'failed-workload': 'deployment/web',
      'failed-container': 'web',
      'rolled-back': 'not-needed',
    });
    expect(step.errors).toEqual([expect.stringContaining(`${image.missing} of container web`)]);
  });
});
