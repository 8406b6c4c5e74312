import { describe, expect } from '@jest/globals';
import { playground, realNodeTest } from './fixture.ts';
import { applyManifest, expectGood, testVersions } from './rollout-fixture.ts';
import { web } from './workloads.ts';

const image = testVersions();

describe('with stream-logs', () => {
  realNodeTest('the logs of the new pods are shown as they come, and only those', async () => {
    const ground = await playground('logs');
    expectGood(await applyManifest(ground, [web({ image: image.v1 })]));
    const hostile = '::error::taken over';
    const env = { LOG: hostile, READY_AFTER: '3s' };
    let shownBeforeTheEnd = false;
    const step = await applyManifest(
      ground,
      [web({ image: image.v2, env })],
      { 'stream-logs': 'true' },
      {
        onLog: (log) => {
          const shown = /^\[web-\S+ web\] test-app v2 starts$/m.test(log);
          shownBeforeTheEnd ||= shown && !log.includes('watching it for');
        },
      },
    );
    expectGood(step);
    expect(shownBeforeTheEnd).toBe(true);
    expect(step.log).not.toContain('test-app v1 starts');
    expect(step.log).not.toMatch(/^::error::taken over/m);
    expect(step.log).toContain('taken over');
  });

  realNodeTest('every run of a container that crashes is shown', async () => {
    const ground = await playground('logs-crash');
    const bad = web({ image: image.v2, env: { EXIT_CODE: '1' } });
    const inputs = { 'stream-logs': 'true', 'on-failure': 'none' };
    const step = await applyManifest(ground, [bad], inputs);
    expect(step.outputs['failure-reason']).toBe('CrashLoop');
    const starts = step.log.match(/^\[web-\S+ web\] test-app v2 starts$/gm) ?? [];
    expect(starts.length).toBeGreaterThanOrEqual(3);
  });
});
