import { summary } from '@actions/core';
import { capBytes } from '../report/markdown.ts';
import { booleanInput } from './inputs.ts';
import { warning } from './log.ts';
import { stripControls } from './safe-text.ts';
import { redact } from './secrets.ts';

const LIMIT = 900 * 1024;

/**
 * Appends Markdown to the job summary, unless the input `summary` is false. Without the runner's
 * file (outside of Actions) nothing is written.
 */
export async function writeSummary(markdown: string): Promise<void> {
  if (booleanInput('summary') === false || !process.env.GITHUB_STEP_SUMMARY) return;
  try {
    await summary.addRaw(capBytes(redact(stripControls(markdown)), LIMIT), true).write();
  } catch (error) {
    warning(`The job summary could not be written: ${String(error)}`);
  }
}
