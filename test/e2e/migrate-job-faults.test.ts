import { describe, expect } from '@jest/globals';
import { loseAnswer, resetMidway, stall } from '../faults/connections.ts';
import { startFaultProxy } from '../faults/fault-proxy.ts';
import { afterTests, realNodeTest } from './fixture.ts';
import { type JobGround, jobGround, nodeImage } from './migrate-job-fixture.ts';
import { until } from './until.ts';

const image = nodeImage();

const COUNT = 300;
/** Prints as many numbered lines within about ten seconds. */
const TALKING = {
  '20240101000000-talks.mjs': `export async function up({ print, delay }) {
  for (let n = 1; n <= ${COUNT}; n += 1) { print('line ' + n); await delay(30); }
}`,
};
const EXPECTED = Array.from({ length: COUNT }, (_, index) => `line ${index + 1}`);

async function faulty({ ground, kubeconfig }: JobGround) {
  const proxy = await startFaultProxy(ground.cluster, kubeconfig);
  afterTests(() => proxy.stop());
  return proxy;
}

function spoken(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => line.startsWith('line '));
}

describe('a Job whose connection is in trouble', () => {
  realNodeTest(
    'has every line of its log printed once, though the log is cut again and again',
    async () => {
      const place = await jobGround('job-log-cut', image(), TALKING);
      const proxy = await faulty(place);
      const cuts = proxy.inject(resetMidway(), {
        resource: 'pods/log',
        times: 4,
      });
      const { outcome, lines, warnings } = await place.begin({}, {}, proxy.kubeconfig);
      expect(await outcome).toMatchObject({ exitCode: 0, failure: undefined });
      expect(cuts.hits).toBeGreaterThan(1);
      expect(spoken(lines)).toEqual(EXPECTED);
      expect(warnings).toEqual([]);
    },
  );

  realNodeTest(
    'is followed to its end when the API server cannot be reached for a while',
    async () => {
      const place = await jobGround('job-outage', image(), TALKING);
      const proxy = await faulty(place);
      const step = await place.begin({}, {}, proxy.kubeconfig);
      await place.says(step, 'line 50');
      await proxy.refuseConnections();
      await until(
        'the line is past',
        async () => (await place.pods())[0]?.status?.phase === 'Succeeded',
      );
      await proxy.acceptConnections();
      expect(await step.outcome).toMatchObject({ exitCode: 0, failure: undefined });
      expect(spoken(step.lines)).toEqual(EXPECTED);
      expect(step.lines).toContainEqual(
        expect.stringMatching(/^The watch of pods was interrupted: /),
      );
    },
  );

  realNodeTest('has its result all the same when its log cannot be had', async () => {
    const place = await jobGround('job-no-log', image(), TALKING);
    const proxy = await faulty(place);
    proxy.inject(stall(), { resource: 'pods/log' });
    const step = await place.begin({}, {}, proxy.kubeconfig);
    const { exitCode, result } = await step.outcome;
    expect({ exitCode, status: result?.status }).toEqual({ exitCode: 0, status: 'applied' });
    expect(step.warnings).toEqual([expect.stringMatching(/^The end of the log did not come/)]);
  });

  realNodeTest('is made once, whatever becomes of the answers to its making', async () => {
    const place = await jobGround('job-lost-answers', image(), {
      '20240101000000-a.mjs': "export async function up({ print }) { print('line 1'); }",
    });
    const proxy = await faulty(place);
    for (const resource of ['jobs', 'configmaps']) {
      proxy.inject(loseAnswer(), { resource, verb: ['create', 'patch'], times: 1 });
    }
    const step = await place.begin({}, {}, proxy.kubeconfig);
    expect(await step.outcome).toMatchObject({ exitCode: 0, failure: undefined });
    expect(await place.jobs()).toHaveLength(1);
    expect(spoken(step.lines)).toEqual(['line 1']);
  });
});
