import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, NOT_FOUND, ok, USER } from './answers.ts';
import { deployForJob, type JobWithEnvironment } from './deployments.ts';
import { ENDPOINTS } from './endpoints.ts';
import { type Deployment, RepositoryState } from './state.ts';

/**
 * What comes in place of an answer: another one; none at all, over a connection that stays open; or none
 * to what was done, over one that breaks.
 */
export type Trouble = Answer | 'silence' | 'lost';

/** A double of GitHub that serves one repository. */
export interface GitHubDouble {
  /** What GITHUB_API_URL is set to, and octokit's `baseUrl`. */
  readonly url: string;
  /** The token that is accepted. */
  readonly token: string;
  readonly owner: string;
  readonly repo: string;
  /** What it holds; tests put commits and issues in, and look at what a run left. */
  readonly repository: RepositoryState;
  /** Every request so far, such as `POST /repos/paal/shop/deployments`. */
  readonly requests: readonly string[];
  /** Makes trouble for the requests from now on for which `trouble` gives some. */
  interfere(trouble: (request: string) => Trouble | undefined): void;
  /** Records a deployment as GitHub does by itself when a job with an environment begins. */
  beginJob(job: JobWithEnvironment): Deployment;
  stop(): Promise<void>;
}

const DOCUMENTATION = 'https://docs.github.com/rest';
const MOST_PER_PAGE = 100;

async function readBody(request: IncomingMessage): Promise<Record<string, unknown> | undefined> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  try {
    const body: unknown = text === '' ? {} : JSON.parse(text);
    return typeof body === 'object' && body !== null
      ? (body as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** The page that `url` asks for, and the links to the others, as the header `link` has them. */
function paginate(items: readonly unknown[], url: URL): { page: readonly unknown[]; link: string } {
  const size = Math.min(Number(url.searchParams.get('per_page')) || 30, MOST_PER_PAGE);
  const page = Math.max(Number(url.searchParams.get('page')) || 1, 1);
  const last = Math.max(Math.ceil(items.length / size), 1);
  const to = (rel: string, number: number): string => {
    const target = new URL(url);
    target.searchParams.set('page', String(number));
    return `<${target.href}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [to('prev', page - 1)] : []),
    ...(page < last ? [to('next', page + 1), to('last', last)] : []),
    ...(page > 1 ? [to('first', 1)] : []),
  ];
  return { page: items.slice((page - 1) * size, page * size), link: links.join(', ') };
}

function unauthorized(header: string | undefined, token: string): Answer | undefined {
  if (!header) return { status: 401, body: { message: 'Requires authentication' } };
  if (/^(?:token|bearer) (.*)$/i.exec(header)?.[1] === token) return undefined;
  return { status: 401, body: { message: 'Bad credentials' } };
}

/** GraphQL knows one question: who the token is. */
function answerQuery({ query }: Record<string, unknown>): Answer {
  const asks =
    typeof query === 'string' && /^query\s*\{\s*viewer\s*\{\s*login\s*\}\s*\}$/.test(query);
  if (asks) return ok({ data: { viewer: { login: USER.login } } });
  return ok({ errors: [{ message: 'The double knows only viewer { login }' }] });
}

/**
 * Starts a double of GitHub's REST API on this machine: deployments and their statuses, check runs,
 * issue comments, commits and the files of pull requests of one repository, held in memory. It is a double because the real API
 * cannot be had in a test. It speaks HTTP, and answers as https://docs.github.com/rest (version
 * 2022-11-28) describes for these endpoints: authentication, pagination, validation, and what one
 * resource does to another. Everything else is a 404.
 */
export async function startGitHubDouble(owner = 'paal', repo = 'shop'): Promise<GitHubDouble> {
  const repository = new RepositoryState();
  const requests: string[] = [];
  const token = 'ghs_double000000000000000000000000000000';
  const root = `/repos/${owner}/${repo}`;
  let address = '';
  let troubleFor: (request: string) => Trouble | undefined = () => undefined;

  const answer = async (request: IncomingMessage, url: URL): Promise<Answer> => {
    const body = await readBody(request);
    const refused = unauthorized(request.headers.authorization, token);
    if (refused) return refused;
    if (!body) return { status: 400, body: { message: 'Problems parsing JSON' } };
    if (request.method === 'POST' && url.pathname === '/graphql') return answerQuery(body);
    if (!url.pathname.toLowerCase().startsWith(root.toLowerCase())) return NOT_FOUND;
    const below = url.pathname.slice(root.length);
    for (const [method, pattern, endpoint] of ENDPOINTS) {
      const match = method === request.method ? pattern.exec(below) : null;
      if (!match) continue;
      const path = match.slice(1).map(decodeURIComponent);
      return endpoint({ repository, base: address + root, path, query: url.searchParams, body });
    }
    return NOT_FOUND;
  };

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', address);
    const asked = `${request.method} ${url.pathname}${url.search}`;
    requests.push(asked);
    const trouble = troubleFor(asked);
    if (trouble === 'silence') return;
    const given = typeof trouble === 'object' ? trouble : await answer(request, url);
    if (trouble === 'lost') {
      response.destroy();
      return;
    }
    const { status, list, key, ...rest } = given;
    let { body } = rest;
    response.setHeader('content-type', 'application/json; charset=utf-8');
    if (list) {
      const { page, link } = paginate(list, url);
      if (link !== '') response.setHeader('link', link);
      body = key === undefined ? page : { total_count: list.length, [key]: page };
    }
    if (status >= 400) {
      body = { ...(body as object), documentation_url: DOCUMENTATION, status: String(status) };
    }
    response.writeHead(status).end(status === 204 ? undefined : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: address,
    token,
    owner,
    repo,
    repository,
    requests,
    interfere: (trouble) => {
      troubleFor = trouble;
    },
    beginJob: (job) => deployForJob(repository, address + root, job),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
