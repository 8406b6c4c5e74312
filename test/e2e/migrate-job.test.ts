import { describe, expect } from '@jest/globals';
import { realNodeTest } from './fixture.ts';
import { jobGround, nodeImage, printing } from './migrate-job-fixture.ts';

const image = nodeImage();

const A = '20240101000000-a.mjs';
const B = '20240102000000-b.mjs';

describe('migrations as a Job', () => {
  realNodeTest('are run in order, their output and result are those of the runner', async () => {
    const { begin, job, leftovers } = await jobGround('job-good', image(), {
      [A]: printing('one'),
      [B]: printing('two'),
    });
    const step = await begin();
    const outcome = await step.outcome;
    expect({ ...outcome, lines: step.lines }).toMatchObject({ exitCode: 0, failure: undefined });
    expect(outcome.result).toMatchObject({
      status: 'applied',
      appliedCount: 2,
      migrations: [
        { name: A, state: 'done' },
        { name: B, state: 'done' },
      ],
    });
    expect(step.lines.filter((line) => !line.includes('job/'))).toEqual(
      expect.arrayContaining(['one', `${A} done`, 'two', `${B} done`]),
    );
    expect(step.warnings).toEqual([]);
    expect((await job()).spec).toMatchObject({ ttlSecondsAfterFinished: 3_600 });
    expect(await leftovers()).toHaveLength(2);
  });
});
