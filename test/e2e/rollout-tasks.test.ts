import { describe } from '@jest/globals';
import { playground, realNodeTest } from './fixture.ts';
import { applyManifest, expectGood, testVersions } from './rollout-fixture.ts';
import { job } from './workloads.ts';

const image = testVersions();

describe('a Job in a release', () => {
  realNodeTest('that fails and is tried again is waited for, to its good end', async () => {
    const ground = await playground('job-retry');
    const env = { CRASH_TIMES: '4', STATE_FILE: '/state/n', RUN_FOR: '1s' };
    const flaky = job('seed', image.v1, env);
    const [container] = flaky.spec.template.spec.containers;
    const mounted = { ...container, volumeMounts: [{ name: 'state', mountPath: '/state' }] };
    const volumes = [{ name: 'state', emptyDir: {} }];
    const pod = { restartPolicy: 'OnFailure', containers: [mounted], volumes };
    const spec = { ...flaky.spec, backoffLimit: 6, template: { spec: pod } };
    expectGood(await applyManifest(ground, [{ ...flaky, spec }]));
  });
});
