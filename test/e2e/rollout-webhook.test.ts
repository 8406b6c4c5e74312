import { describe, expect } from '@jest/globals';
import { afterTests, type Playground, playground, realNodeTest } from './fixture.ts';
import {
  applyManifest,
  expectGood,
  expectServing,
  ledger,
  testVersions,
} from './rollout-fixture.ts';
import { until } from './until.ts';
import { web } from './workloads.ts';

const image = testVersions();

const NAMES = ['web', 'api'];

function both(version: string): readonly object[] {
  return NAMES.map((name) => web({ name, image: version }));
}

/**
 * Has the API server ask a webhook that nobody runs before it takes a write of the Deployment `name`;
 * dry runs pass, so that a plan is made all the same. It goes after the tests.
 */
async function deafWebhook(ground: Playground, name: string): Promise<void> {
  const { namespace } = ground;
  const rule = { apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments'] };
  await ground.apply({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: namespace },
    webhooks: [
      {
        name: 'deaf.shop.example',
        clientConfig: { url: 'https://127.0.0.1:1/' },
        rules: [{ ...rule, operations: ['UPDATE'] }],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        objectSelector: { matchLabels: { app: name } },
        matchConditions: [{ name: 'no-dry-run', expression: '!request.dryRun' }],
        failurePolicy: 'Fail',
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
      },
    ],
  });
  afterTests(() => ground.kubectl('delete', 'validatingwebhookconfiguration', namespace));
  let tries = 0;
  await until('the webhook is asked', async () => {
    tries += 1;
    const args = ['annotate', `deployment/${name}`, `shop.example/try=${tries}`, '--overwrite'];
    return await ground.kubectl(...args).then(
      () => false,
      () => true,
    );
  });
}

describe('an admission webhook that does not answer', () => {
  realNodeTest('fails the rollout, and what was written before is taken back', async () => {
    const ground = await playground('webhook');
    expectGood(await applyManifest(ground, both(image.v1)));
    await deafWebhook(ground, 'api');
    const step = await applyManifest(ground, both(image.v2));
    expect(step.outputs).toMatchObject({
      status: 'failed',
      'failure-reason': 'WriteRefused',
      'failed-workload': 'deployment/api',
      'rolled-back': 'succeeded',
    });
    expect(step.exitCode).toBe(1);
    expect(step.errors).toEqual([expect.stringContaining('failed calling webhook')]);
    for (const name of NAMES) await expectServing(ground, image.v1, name);
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'failed' });
  });
});
