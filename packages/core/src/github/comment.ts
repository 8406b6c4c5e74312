import { type GitHubApi, GitHubError } from './api.ts';
import { isPermanent } from './retry.ts';

/** A comment that is kept up to date, one for each marker. */
export interface StickyComment {
  /** Number of the pull request. */
  readonly number: number;
  /** Hidden in the comment, and what it is found by: an HTML comment. */
  readonly marker: string;
  /** Markdown. */
  readonly body: string;
  /** Whether it is made where there is none yet. */
  readonly create: boolean;
}

/** What has become of it: `absent` was neither there nor made. */
export type CommentFate = 'created' | 'updated' | 'unchanged' | 'absent';

/** As the API gives it: https://docs.github.com/rest/issues/comments */
interface IssueComment {
  readonly id: number;
  readonly body?: string;
  readonly user?: { readonly login?: string } | null;
}

const PER_PAGE = 100;
/** Who has ten thousand comments on a pull request is not helped by one more. */
const MOST_PAGES = 100;
/** Characters that GitHub takes. */
const MOST_CHARACTERS = 65_536;
const CUT = '\n\n… cut: the rest is in the summary of the run.';

/** `body` with `marker` before it, in as many characters as GitHub takes. */
function textOf({ marker, body }: StickyComment): string {
  const text = `${marker}\n${body}`;
  if (text.length <= MOST_CHARACTERS) return text;
  return text.slice(0, MOST_CHARACTERS - CUT.length).replace(/[\ud800-\udbff]$/, '') + CUT;
}

/** Whose comments a job's own token writes. */
const OF_JOBS = 'github-actions[bot]';

/** Who the token is. REST tells a job's token nothing of itself, GraphQL not on every server. */
async function ownLogin(api: GitHubApi, signal: AbortSignal): Promise<string> {
  try {
    const { viewer } = await api.query<{ readonly viewer: { readonly login: string } }>(
      'query { viewer { login } }',
      signal,
    );
    return viewer.login;
  } catch (error) {
    if (!(error instanceof GitHubError) || !isPermanent(error)) throw error;
    return OF_JOBS;
  }
}

/** The comment with the marker that the token itself has written: anybody may write a marker. */
async function findOwn(
  api: GitHubApi,
  { number, marker }: StickyComment,
  signal: AbortSignal,
): Promise<IssueComment | undefined> {
  let own: string | undefined;
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const path = `/issues/${number}/comments?per_page=${PER_PAGE}&page=${page}`;
    const comments = await api.get<readonly IssueComment[]>(path, signal);
    const marked = comments.filter(({ body }) => body?.startsWith(marker));
    if (marked.length > 0) own ??= await ownLogin(api, signal);
    const found = marked.find(({ user }) => user?.login === own);
    if (found) return found;
    if (comments.length < PER_PAGE) return undefined;
  }
  return undefined;
}

/**
 * Updates the comment in its place, or makes it. Needs the permission `pull-requests: write`.
 * @throws GitHubError
 */
export async function keepComment(
  api: GitHubApi,
  comment: StickyComment,
  signal: AbortSignal,
): Promise<CommentFate> {
  const body = textOf(comment);
  const existing = await findOwn(api, comment, signal);
  if (existing?.body === body) return 'unchanged';
  if (existing) {
    await api.patch(`/issues/comments/${existing.id}`, { body }, signal);
    return 'updated';
  }
  if (!comment.create) return 'absent';
  const path = `/issues/${comment.number}/comments`;
  await api.create(path, { body }, () => findOwn(api, comment, signal), signal);
  return 'created';
}
