import { describe, expect, test } from '@jest/globals';
import { StepReader } from './act.ts';

const STEP = { job: 'Production/Deploy', step: 'Roll out', stage: 'Main', level: 'info' };

function reader(...lines: readonly object[]): StepReader {
  const made = new StepReader();
  for (const line of lines) made.read(JSON.stringify(line));
  return made;
}

describe('the output of act', () => {
  test('gives a step with its result, its time, and the outputs and summary that follow', () => {
    const { steps } = reader(
      { ...STEP, msg: '⭐ Run Main Roll out' },
      { ...STEP, command: 'error', arg: 'The rollout failed.', kvPairs: {} },
      { ...STEP, stepResult: 'failure', executionTime: 36_319_427_991 },
      { ...STEP, command: 'set-output', name: 'status', arg: 'failed' },
      { ...STEP, command: 'summary', content: '## Release 3 failed\n' },
    );
    expect(steps).toEqual([
      {
        job: 'Production/Deploy',
        name: 'Roll out',
        outcome: 'failure',
        milliseconds: 36_319.427991,
        outputs: { status: 'failed' },
        summary: '## Release 3 failed\n',
        errors: ['The rollout failed.'],
      },
    ]);
  });

  test('tells of the end of a step once, as it happens', () => {
    const made = new StepReader();
    expect(made.read(JSON.stringify({ ...STEP, msg: 'a line' }))).toBeUndefined();
    const end = { ...STEP, stepResult: 'success', executionTime: 5_000_000 };
    expect(made.read(JSON.stringify(end))).toMatchObject({ name: 'Roll out', milliseconds: 5 });
    const output = { ...STEP, command: 'set-output', name: 'a', arg: 'b' };
    expect(made.read(JSON.stringify(output))).toBeUndefined();
  });

  test('knows steps of the same name in two jobs apart', () => {
    const { steps } = reader(
      { ...STEP, job: 'Build', stepResult: 'success' },
      { ...STEP, job: 'Test', stepResult: 'failure' },
    );
    expect(steps.map(({ job, outcome }) => [job, outcome])).toEqual([
      ['Build', 'success'],
      ['Test', 'failure'],
    ]);
  });

  test('leaves out post steps, skipped steps, and what is no JSON', () => {
    const made = reader(
      { ...STEP, stage: 'Post', stepResult: 'success' },
      { ...STEP, stepResult: 'skipped' },
    );
    made.read('Error: Job failed');
    expect(made.steps).toEqual([]);
  });
});
