import { describe, expect } from '@jest/globals';
import { realNodeTest } from './fixture.ts';
import { jobGround, nodeImage, printing } from './migrate-job-fixture.ts';
import { until } from './until.ts';

const image = nodeImage();

const A = '20240101000000-a.mjs';
const B = '20240102000000-b.mjs';

const SLOW = { [A]: printing('one', 8_000), [B]: printing('two') };

describe('a run that is cancelled while its Job runs', () => {
  realNodeTest(
    'leaves it, says so, and its next attempt takes it up with all it said',
    async () => {
      const { begin, says, jobs } = await jobGround('job-left', image(), SLOW);
      const first = await begin();
      await says(first, 'one');
      const cancelled = performance.now();
      first.cancel();
      const { result, exitCode, failure } = await first.outcome;
      expect(performance.now() - cancelled).toBeLessThan(3_000);
      expect({ result, exitCode }).toEqual({ result: undefined, exitCode: undefined });
      const [job] = await jobs();
      const name = job?.metadata.name ?? '';
      expect(failure?.message).toMatch(
        new RegExp(`^The run was cancelled; the job/${name} .* was left, and goes on`),
      );
      expect(failure?.message).toContain(`logs -f job/${name}`);
      expect(job?.spec).toMatchObject({ ttlSecondsAfterFinished: 86_400 });

      const second = await begin({ attempt: '2' });
      expect(await second.outcome).toMatchObject({ exitCode: 0, failure: undefined });
      expect(second.lines[0]).toMatch(
        /^This step has its Job already, and takes it up again: job\//,
      );
      expect(second.lines.filter((line) => /^(one|two|\d+\S+ done)$/.test(line))).toEqual([
        'one',
        `${A} done`,
        'two',
        `${B} done`,
      ]);
      expect(await jobs()).toHaveLength(1);
    },
  );

  realNodeTest('with on-cancel: stop has the runner stop at its next safe point', async () => {
    const { begin, says, jobs } = await jobGround('job-stop', image(), {
      [A]: printing('one', 3_000),
      [B]: printing('two'),
    });
    const step = await begin({ onCancel: 'stop' });
    await says(step, 'one');
    const cancelled = performance.now();
    step.cancel();
    const { result, exitCode, failure } = await step.outcome;
    expect(performance.now() - cancelled).toBeLessThan(7_000);
    expect(exitCode).toBe(143);
    expect(result?.appliedCount).toBe(1);
    expect(failure?.message).toMatch(
      /^The run was cancelled, and the job\/\S+ asked to stop\. Stopped by SIGTERM before 20240102/,
    );
    expect(step.lines).not.toContain('two');
    expect(await jobs()).toHaveLength(1);
  });

  realNodeTest('with on-cancel: stop does not wait for a migration that takes longer', async () => {
    const { begin, says, pods } = await jobGround('job-stop-late', image(), {
      [A]: printing('one', 15_000),
      [B]: printing('two'),
    });
    const step = await begin({ onCancel: 'stop' });
    await says(step, 'one');
    const cancelled = performance.now();
    step.cancel();
    const { exitCode, failure } = await step.outcome;
    expect(performance.now() - cancelled).toBeLessThan(7_000);
    expect(exitCode).toBeUndefined();
    expect(failure?.message).toMatch(/asked to stop: it ends at its next safe point/);
    await until('the pod is gone', async () => ((await pods()).length === 0 ? true : undefined));
  });

  realNodeTest('before it could begin leaves nothing behind with on-cancel: stop', async () => {
    const { begin, says, jobs, ground } = await jobGround('job-stop-early', image(), SLOW);
    await ground.kubectl('create', 'quota', 'none', '--hard=pods=0');
    const step = await begin({ onCancel: 'stop' });
    await says(step, /^0 of 1 succeeded/);
    step.cancel();
    const { failure } = await step.outcome;
    expect(failure?.message).toMatch(/^The run was cancelled, and the job\/\S+ deleted before it/);
    await until('the Job is gone', async () => ((await jobs()).length === 0 ? true : undefined));
  });
});

describe('the same step again', () => {
  realNodeTest(
    'gives the result of a Job that has ended in this attempt, and makes none',
    async () => {
      const { begin, jobs } = await jobGround('job-again', image(), { [A]: printing('one') });
      const first = await (await begin()).outcome;
      const again = await begin();
      expect(await again.outcome).toEqual(first);
      expect(again.lines).toContain('one');
      expect(await jobs()).toHaveLength(1);
      const next = await begin({ attempt: '2' });
      expect((await next.outcome).exitCode).toBe(0);
      expect(await jobs()).toHaveLength(2);
    },
  );

  realNodeTest('with another request, or beside this one, is a Job of its own', async () => {
    const { begin, jobs } = await jobGround('job-other', image(), { [A]: printing('one') });
    const [one, other, same] = await Promise.all([
      begin(),
      begin({}, { database: 'other' }),
      begin(),
    ]);
    for (const step of [one, other, same]) expect((await step?.outcome)?.exitCode).toBe(0);
    expect(await jobs()).toHaveLength(2);
  });
});
