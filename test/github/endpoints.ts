import {
  type Answer,
  type Call,
  created,
  type Endpoint,
  invalid,
  list,
  missing,
  NOT_FOUND,
  notIn,
  ok,
  timestamps,
  USER,
  unprocessable,
  withId,
} from './answers.ts';
import { DEPLOYMENT_ENDPOINTS } from './deployments.ts';
import type { CheckRun, Commit, RepositoryState, Resource } from './state.ts';

const CHECK_STATUSES = 'queued in_progress completed';
const CONCLUSIONS = 'action_required cancelled failure neutral success skipped stale timed_out';

const showCheck = ({ annotations: _, ...shown }: CheckRun): object => shown;
const checkRuns = (repository: RepositoryState) => repository.checkRuns;

/** Takes over what a request sets; annotations come on top of those that are there. */
function setCheck(check: CheckRun, body: Call['body']): Answer | undefined {
  const { status, conclusion } = body;
  const { annotations = [], ...output } = (body.output ?? {}) as Partial<CheckRun>;
  const problem =
    notIn('CheckRun', 'status', status, CHECK_STATUSES) ??
    notIn('CheckRun', 'conclusion', conclusion, CONCLUSIONS);
  if (problem) return problem;
  if (status === 'completed' && conclusion === undefined) return missing('conclusion');
  if (body.output !== undefined && output.summary === undefined) return missing('summary');
  if (annotations.length > 50) {
    return invalid(
      'CheckRun',
      'annotations',
      'No more than 50 annotations are allowed per request',
    );
  }
  const completed = { status: 'completed', completed_at: timestamps().created_at };
  const all = [...check.annotations, ...annotations];
  Object.assign(check, body, conclusion === undefined ? {} : completed, {
    annotations: all,
    output: { ...(check.output as object), ...output, annotations_count: all.length },
  });
  return undefined;
}

function createCheck({ repository, base, body }: Call): Answer {
  if (typeof body.name !== 'string') return missing('name');
  if (typeof body.head_sha !== 'string') return missing('head_sha');
  if (!repository.commits.has(body.head_sha)) {
    return unprocessable(`No commit found for SHA: ${body.head_sha}`);
  }
  const id = repository.nextId();
  const check: CheckRun = {
    id,
    url: `${base}/check-runs/${id}`,
    status: 'queued',
    conclusion: null,
    started_at: timestamps().created_at,
    completed_at: null,
    output: { title: null, summary: null, text: null },
    annotations: [],
  };
  const problem = setCheck(check, body);
  if (problem) return problem;
  repository.checkRuns.push(check);
  return created(showCheck(check));
}

function listChecks({ repository, path, query }: Call): Answer {
  const commit = repository.resolve(path[0] ?? '');
  if (!commit) return unprocessable(`No commit found for SHA: ${path[0]}`);
  const name = query.get('check_name');
  const matching = repository.checkRuns.filter(
    (check) => check.head_sha === commit.sha && (name === null || check.name === name),
  );
  return { status: 200, list: matching.map(showCheck).reverse(), key: 'check_runs' };
}

const comments = (repository: RepositoryState) => repository.comments;
const issueUrl = (base: string, issue: string | undefined): string => `${base}/issues/${issue}`;

function commentProblem(body: Call['body']): Answer | undefined {
  if (typeof body.body !== 'string') return missing('body');
  if (body.body.trim() === '') return invalid('IssueComment', 'body', "body can't be blank");
  if (body.body.length <= 65_536) return undefined;
  return invalid('IssueComment', 'body', 'body is too long (maximum is 65536 characters)');
}

function createComment({ repository, base, path, body }: Call): Answer {
  if (!repository.issues.has(Number(path[0]))) return NOT_FOUND;
  const problem = commentProblem(body);
  if (problem) return problem;
  const id = repository.nextId();
  const url = `${base}/issues/comments/${id}`;
  const comment = {
    id,
    url,
    issue_url: issueUrl(base, path[0]),
    body: body.body,
    user: USER,
    ...timestamps(),
  };
  repository.comments.push(comment);
  return created(comment);
}

function listComments({ repository, base, path }: Call): Answer {
  if (!repository.issues.has(Number(path[0]))) return NOT_FOUND;
  return list(repository.comments.filter((one) => one.issue_url === issueUrl(base, path[0])));
}

function updateComment(comment: Resource, { body }: Call): Answer {
  const problem = commentProblem(body);
  if (problem) return problem;
  return ok(Object.assign(comment, { body: body.body, updated_at: timestamps().updated_at }));
}

function deleteComment(comment: Resource, { repository }: Call): Answer {
  repository.comments.splice(repository.comments.indexOf(comment), 1);
  return { status: 204 };
}

function listPullRequestFiles({ repository, path }: Call): Answer {
  const files = repository.pullRequestFiles.get(Number(path[0]));
  return files ? list(files) : NOT_FOUND;
}

function showCommit({ sha, message, parents, date }: Commit, base: string): object {
  const person = {
    name: 'Ada',
    email: 'ada@example.com',
    date: date.toISOString().replace('.000Z', 'Z'),
  };
  return {
    sha,
    url: `${base}/commits/${sha}`,
    commit: { message, author: person, committer: person },
    parents: parents.map((parent) => ({ sha: parent, url: `${base}/commits/${parent}` })),
  };
}

function listCommits({ repository, base, query }: Call): Answer {
  const tip = repository.resolve(query.get('sha') ?? 'main');
  if (!tip) return NOT_FOUND;
  const since = Date.parse(query.get('since') ?? '') || Number.NEGATIVE_INFINITY;
  const until = Date.parse(query.get('until') ?? '') || Number.POSITIVE_INFINITY;
  const inRange = repository
    .history(tip)
    .filter(({ date }) => date.getTime() >= since && date.getTime() <= until);
  return list(inRange.map((commit) => showCommit(commit, base)));
}

function getCommit({ repository, base, path }: Call): Answer {
  const commit = repository.resolve(path[0] ?? '');
  return commit
    ? ok(showCommit(commit, base))
    : unprocessable(`No commit found for SHA: ${path[0]}`);
}

function compare({ repository, base: address, path }: Call): Answer {
  const [base, head] = (path[0] ?? '').split('...').map((ref) => repository.resolve(ref));
  if (!base || !head) return NOT_FOUND;
  const { ahead, behind, mergeBase } = repository.compare(base, head);
  if (!mergeBase) return NOT_FOUND;
  const moved = [ahead.length > 0 && 'ahead', behind.length > 0 && 'behind'].filter(Boolean);
  return ok({
    status: moved.length === 2 ? 'diverged' : (moved[0] ?? 'identical'),
    ahead_by: ahead.length,
    behind_by: behind.length,
    total_commits: ahead.length,
    base_commit: showCommit(base, address),
    merge_base_commit: showCommit(mergeBase, address),
    commits: ahead.map((commit) => showCommit(commit, address)),
  });
}
/** All endpoints below /repos/OWNER/NAME. */
export const ENDPOINTS: readonly Endpoint[] = [
  ...DEPLOYMENT_ENDPOINTS,
  ['POST', /^\/check-runs$/, createCheck],
  ['GET', /^\/check-runs\/(\d+)$/, withId(checkRuns, (one) => ok(showCheck(one)))],
  [
    'PATCH',
    /^\/check-runs\/(\d+)$/,
    withId(checkRuns, (one, { body }) => setCheck(one, body) ?? ok(showCheck(one))),
  ],
  ['GET', /^\/check-runs\/(\d+)\/annotations$/, withId(checkRuns, (one) => list(one.annotations))],
  ['GET', /^\/commits\/(.+)\/check-runs$/, listChecks],
  ['POST', /^\/issues\/(\d+)\/comments$/, createComment],
  ['GET', /^\/issues\/(\d+)\/comments$/, listComments],
  ['GET', /^\/issues\/comments\/(\d+)$/, withId(comments, ok)],
  ['PATCH', /^\/issues\/comments\/(\d+)$/, withId(comments, updateComment)],
  ['DELETE', /^\/issues\/comments\/(\d+)$/, withId(comments, deleteComment)],
  ['GET', /^\/pulls\/(\d+)\/files$/, listPullRequestFiles],
  ['GET', /^\/commits$/, listCommits],
  ['GET', /^\/commits\/(.+)$/, getCommit],
  ['GET', /^\/compare\/(.+)$/, compare],
];
