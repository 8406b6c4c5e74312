import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { info, warning } from '@paal/core/action/log';
import type { PullRequest } from '@paal/core/action/pull-request';
import { errorMessage } from '@paal/core/errors';
import { type GitHubApi, GitHubError } from '@paal/core/github/api';
import { changedFiles } from '@paal/core/github/changed-files';
import type { Change } from '@paal/core/migrate/lint/choice';

/** What of git's output is kept: some hundred thousand paths. */
const MOST_OUTPUT = 64 * 1024 * 1024;

/** The changes that `git diff --name-status -z` lists: status and path, or status and two paths. */
export function changesOfDiff(output: string): readonly Change[] {
  const fields = output.split('\0');
  const changes: Change[] = [];
  for (let index = 0; index + 1 < fields.length; ) {
    const status = fields[index]?.[0] ?? '';
    const isPair = status === 'R' || status === 'C';
    const from = fields[index + 1] ?? '';
    const path = isPair ? (fields[index + 2] ?? '') : from;
    const before = status === 'A' || status === 'C' ? undefined : from;
    changes.push({ path, before, removed: status === 'D' });
    index += isPair ? 3 : 2;
  }
  return changes;
}

async function askGit(
  { base, head }: PullRequest,
  signal: AbortSignal,
): Promise<readonly Change[] | undefined> {
  const args = ['diff', '--name-status', '--relative', '-z', '-M', `${base}...${head}`, '--', '.'];
  try {
    const { stdout } = await promisify(execFile)('git', args, { signal, maxBuffer: MOST_OUTPUT });
    return changesOfDiff(stdout);
  } catch (error) {
    signal.throwIfAborted();
    const [why = ''] = errorMessage(error).split('\n').slice(-2);
    info(`git does not tell what the pull request changes: ${why.trim()}`);
    return undefined;
  }
}

/**
 * What the pull request changes: GitHub says it where there is a token for it, else git where the
 * checkout has both commits. `undefined` where neither does; that is said, too.
 */
export async function readChanges(
  pullRequest: PullRequest,
  api: GitHubApi | undefined,
  signal: AbortSignal,
): Promise<readonly Change[] | undefined> {
  if (api) {
    try {
      const changes = await changedFiles(api, pullRequest.number, signal);
      info(`GitHub says what pull request ${pullRequest.number} changes`);
      return changes;
    } catch (error) {
      if (!(error instanceof GitHubError)) throw error;
      warning(
        `GitHub does not tell what the pull request changes: ${error.message}. Give the job the permission ` +
          '"pull-requests: read". git is asked instead.',
      );
    }
  }
  const changes = await askGit(pullRequest, signal);
  info(
    changes
      ? `git says what pull request ${pullRequest.number} changes`
      : 'What the pull request changes is not known, so all migrations are linted. Set the input ' +
          'github-token, or check out with fetch-depth: 0.',
  );
  return changes;
}
