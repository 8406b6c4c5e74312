import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { annotate } from '@paal/core/action/annotations';
import type { ActionContext } from '@paal/core/action/lifecycle';
import { group, info } from '@paal/core/action/log';
import { writeOutputs } from '@paal/core/action/outputs';
import { currentPullRequest } from '@paal/core/action/pull-request';
import { reportDirectory, writeReport } from '@paal/core/action/report-file';
import { currentRun } from '@paal/core/action/run';
import { redact } from '@paal/core/action/secrets';
import { writeSummary } from '@paal/core/action/summary';
import { formatPosition, UserError } from '@paal/core/errors';
import { type GitHubApi, githubApi } from '@paal/core/github/api';
import { readMigrationFiles } from '@paal/core/migrate/files';
import { chooseFiles } from '@paal/core/migrate/lint/choice';
import type { LintFinding } from '@paal/core/migrate/lint/finding';
import { lintMigration } from '@paal/core/migrate/lint/lint';
import { sarifOf } from '@paal/core/migrate/lint/sarif';
import { plural } from '@paal/core/migrate/wording';
import { readChanges } from './lint-changes.ts';
import { comment } from './lint-comment.ts';
import { type LintInputs, readLintInputs } from './lint-inputs.ts';
import { type LintResult, renderLint, verdictOf } from './lint-summary.ts';
import { writeDefaultOutputs } from './outputs.ts';

function openApi(token: string | undefined, { clock }: ActionContext): GitHubApi | undefined {
  const { repository } = currentRun();
  if (token === undefined || repository === '') return undefined;
  const apiUrl = process.env.GITHUB_API_URL || 'https://api.github.com';
  return githubApi({ apiUrl, token, repository }, clock);
}

/** Reads the migrations that are chosen; runs none of them. */
async function findingsOf(
  { directory, severities, after }: LintInputs,
  changes: Parameters<typeof chooseFiles>[1]['changes'],
): Promise<Pick<LintResult, 'linted' | 'findings'>> {
  const { migrations } = await readMigrationFiles(directory);
  const chosen = chooseFiles(migrations, { directory, changes, after });
  const left = migrations.length - chosen.length;
  info(plural(chosen.length) + (left > 0 ? `; ${plural(left)} not looked at` : ''));
  const findings: LintFinding[] = [];
  for (const file of chosen) {
    const found = lintMigration(file, severities);
    info(`${found.length === 0 ? 'ok  ' : `${found.length} `.padEnd(4)}  ${file.name}`);
    findings.push(...found);
  }
  return { linted: chosen.length, findings };
}

async function publish(result: LintResult): Promise<void> {
  const left = annotate(result.findings.map((one) => ({ ...one, title: one.rule })));
  if (left > 0) info(`${left} more findings than GitHub shows annotations for: see the summary`);
  const folder = await reportDirectory('migrate');
  const sarif = join(folder, 'lint.sarif');
  await writeFile(sarif, redact(sarifOf(result.findings)));
  const status = result.errors > 0 ? 'failed' : 'linted';
  const report = await writeReport(folder, { run: currentRun().url, status, ...result });
  writeOutputs({
    status,
    report,
    sarif,
    'lint-errors': result.errors,
    'lint-warnings': result.warnings,
  });
  await writeSummary(renderLint(result, left));
}

/**
 * Command lint: says what is dangerous in the migrations, in a pull request in those that it changes.
 * Needs no database.
 * @throws UserError when there is a finding that is an error
 */
export async function lint(context: ActionContext): Promise<void> {
  writeDefaultOutputs();
  writeOutputs({ 'lint-errors': '', 'lint-warnings': '', sarif: '' });
  const { signal } = context;
  const inputs = await readLintInputs();
  const { directory } = inputs;
  const pullRequest = await currentPullRequest();
  const api = pullRequest && openApi(inputs.token, context);
  try {
    const found = await group(`Migrations in ${directory}`, async () => {
      const changes = pullRequest && (await readChanges(pullRequest, api, signal));
      return await findingsOf(inputs, changes);
    });
    const count = (severity: LintFinding['severity']): number =>
      found.findings.filter((one) => one.severity === severity).length;
    const result = { directory, ...found, errors: count('error'), warnings: count('warning') };
    await publish(result);
    if (pullRequest && api) await comment(result, pullRequest, api, signal);
    info(verdictOf(result));
    const first = found.findings.find(({ severity }) => severity === 'error');
    if (!first) return;
    throw new UserError(
      `${verdictOf(result)}; the first error is ${first.rule} at ${formatPosition(first.position)}. ` +
        'Mend what is found, or say why it is safe: // paal-safe: RULE reason, on the line before.',
    );
  } finally {
    await api?.close();
  }
}
