import { info, warning } from '@paal/core/action/log';
import type { PullRequest } from '@paal/core/action/pull-request';
import { redact } from '@paal/core/action/secrets';
import { type GitHubApi, GitHubError } from '@paal/core/github/api';
import { keepComment } from '@paal/core/github/comment';
import { type LintResult, renderClean, renderLint } from './lint-summary.ts';

/** What to do about a comment that could not be written. */
function hintOn({ status }: GitHubError): string {
  if (status === 401) return 'The github-token is not valid (any more).';
  if (status === 403 || status === 404) {
    return 'Give the job the permission "pull-requests: write"; a pull request from a fork cannot have it.';
  }
  return 'Does the runner reach GitHub?';
}

/**
 * Keeps the comment on the pull request up to date. It is made once there is an error or a warning, and
 * says so when there is none any more. What goes wrong is a warning: the findings are elsewhere, too.
 */
export async function comment(
  result: LintResult,
  { number }: PullRequest,
  api: GitHubApi,
  signal: AbortSignal,
): Promise<void> {
  const { directory, errors, warnings } = result;
  const found = errors + warnings > 0;
  const body = redact(found ? renderLint(result, 0) : renderClean(result));
  const marker = `<!-- paal/migrate lint: ${directory.replaceAll('--', '')} -->`;
  try {
    const fate = await keepComment(api, { number, marker, body, create: found }, signal);
    if (fate !== 'absent') info(`The comment on pull request ${number} is ${fate}`);
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    warning(
      `The findings could not be written to pull request ${number}, which changes nothing else: ` +
        `${error.message.replace(/\.$/, '')}. ${hintOn(error)}`,
    );
  }
}
