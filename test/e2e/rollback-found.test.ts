import { describe, expect } from '@jest/globals';
import { playground, realNodeTest } from './fixture.ts';
import { applyManifest, expectGood, rollBack, testVersions } from './rollout-fixture.ts';
import { until } from './until.ts';
import { web } from './workloads.ts';

const image = testVersions();

const SENTENCE =
  'deployment/web was not fully available when it was found and recorded as release 0 (0 of 1 available, 1 of 1 with that template): it may not serve.';

describe('what was found before the first rollout, and was not available then,', () => {
  realNodeTest('is told by dry run, history, log and summary when it is gone back to', async () => {
    const ground = await playground('found');
    const nowhere = { nodeSelector: { nowhere: 'true' } };
    await ground.apply(web({ image: image.v1, pod: nowhere }));
    const seen = '-ojsonpath={.status.updatedReplicas}';
    await until('its pod is there', async () => {
      return (await ground.kubectl('get', 'deployment', 'web', seen)) === '1';
    });
    const good = web({ image: image.v2, pod: { nodeSelector: { 'kubernetes.io/os': 'linux' } } });
    expectGood(await applyManifest(ground, [good], { 'force-conflicts': 'true' }));

    const plan = await rollBack(ground, { 'dry-run': 'true' });
    expectGood(plan);
    expect(plan.log).toContain(`::warning::${SENTENCE}`);
    expect(plan.outputs.history).toMatch(/^RELEASE +STATUS +VERSION +AVAILABLE /);
    expect(plan.outputs.history).toMatch(/^0 +adopted +- +0\/1 /m);

    const step = await rollBack(ground, { timeout: '15s' });
    expect(step.outputs.status).toBe('failed');
    expect(step.log.split(SENTENCE)).toHaveLength(2);
    expect(step.summary).toContain(SENTENCE);
  });
});
