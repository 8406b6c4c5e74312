import type { GitHubApi } from './api.ts';

/** A file that a pull request changes. */
export interface ChangedFile {
  /** Below the repository's root. */
  readonly path: string;
  /** Where the base branch has it; `undefined` where it is new there. */
  readonly before: string | undefined;
  /** It is gone. */
  readonly removed: boolean;
}

/** As the API gives it: https://docs.github.com/rest/pulls/pulls#list-pull-requests-files */
interface PullRequestFile {
  readonly filename: string;
  readonly status: string;
  readonly previous_filename?: string;
}

const PER_PAGE = 100;
/** GitHub lists 3,000 files of a pull request, and no more. */
const MOST_PAGES = 30;

/** Where the base branch has `file`, by its status. A copy is new, whatever it is a copy of. */
function before({ filename, status, previous_filename: previous }: PullRequestFile) {
  if (status === 'added' || status === 'copied') return undefined;
  return status === 'renamed' ? (previous ?? filename) : filename;
}

/**
 * The files that pull request `number` changes, against where it parted from its base branch. Needs the
 * permission `pull-requests: read`.
 * @throws GitHubError
 */
export async function changedFiles(
  api: GitHubApi,
  number: number,
  signal: AbortSignal,
): Promise<readonly ChangedFile[]> {
  const files: ChangedFile[] = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const query = `per_page=${PER_PAGE}&page=${page}`;
    const found = await api.get<readonly PullRequestFile[]>(
      `/pulls/${number}/files?${query}`,
      signal,
    );
    for (const file of found) {
      const removed = file.status === 'removed';
      files.push({ path: file.filename, before: before(file), removed });
    }
    if (found.length < PER_PAGE) break;
  }
  return files;
}
