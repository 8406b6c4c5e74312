import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { runStep } from '../../test/contract/run-action.ts';

describe('paal/new-action', () => {
  test('tells what it did in log, outputs, report and summary', async () => {
    const step = await runStep('new-action', { inputs: { environment: 'production' } });
    expect(step.exitCode).toBe(0);
    expect(step.log).toContain('Environment: production');
    expect(step.outputs.status).toBe('succeeded');
    const report = JSON.parse(await readFile(step.outputs.report ?? '', 'utf8'));
    expect(report).toMatchObject({ action: 'new-action', status: 'succeeded' });
    expect(step.summary).toContain('environment <code>production</code>');
  });

  test('an unknown environment is one error that names the nearest', async () => {
    const step = await runStep('new-action', { inputs: { environment: 'prodution' } });
    expect(step.exitCode).toBe(1);
    expect(step.errors).toEqual([expect.stringContaining('Did you mean "production"?')]);
    expect(step.outputs.status).toBe('failed');
  });

  test('summary: false writes none', async () => {
    const step = await runStep('new-action', { inputs: { summary: 'false' } });
    expect(step.exitCode).toBe(0);
    expect(step.summary).toBe('');
  });
});
