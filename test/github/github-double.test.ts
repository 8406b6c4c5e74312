import { getOctokit } from '@actions/github';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FORBIDDEN } from './answers.ts';
import { type GitHubDouble, startGitHubDouble } from './github-double.ts';

type Client = ReturnType<typeof getOctokit>;

let github: GitHubDouble;
let octokit: Client;
let here: { readonly owner: string; readonly repo: string };

beforeEach(async () => {
  github = await startGitHubDouble();
  octokit = getOctokit(github.token, { baseUrl: github.url });
  here = { owner: github.owner, repo: github.repo };
});

afterEach(async () => {
  await github.stop();
});

async function deploy(environment: string, state = 'success', more: object = {}): Promise<number> {
  const { data } = await octokit.rest.repos.createDeployment({ ...here, ref: 'main', environment });
  const deployment_id = 'id' in data ? data.id : 0;
  const status = { ...here, deployment_id, state: state as 'success', ...more };
  await octokit.rest.repos.createDeploymentStatus(status);
  return deployment_id;
}

describe('access', () => {
  test('without a token, or with another one, nothing is answered', async () => {
    const bare = await fetch(`${github.url}/repos/paal/shop/deployments`);
    expect([bare.status, await bare.json()]).toEqual([
      401,
      expect.objectContaining({ message: 'Requires authentication', status: '401' }),
    ]);
    const wrong = getOctokit('ghs_other', { baseUrl: github.url });
    await expect(wrong.rest.repos.listDeployments(here)).rejects.toMatchObject({
      status: 401,
      message: expect.stringContaining('Bad credentials'),
    });
  });

  test('what is not there is a 404, with the address of the documentation', async () => {
    const other = octokit.rest.repos.listDeployments({ owner: 'paal', repo: 'other' });
    await expect(other).rejects.toMatchObject({
      status: 404,
      response: {
        data: { message: 'Not Found', status: '404', documentation_url: expect.any(String) },
      },
    });
    const one = octokit.rest.repos.getDeployment({ ...here, deployment_id: 99 });
    await expect(one).rejects.toMatchObject({ status: 404 });
  });

  test('a body that is no JSON is a 400', async () => {
    const headers = { authorization: `Bearer ${github.token}` };
    const url = `${github.url}/repos/paal/shop/deployments`;
    expect((await fetch(url, { method: 'POST', headers, body: '{' })).status).toBe(400);
  });

  test('every request is on record', async () => {
    await octokit.rest.repos.listDeployments({ ...here, environment: 'staging' });
    expect(github.requests).toEqual(['GET /repos/paal/shop/deployments?environment=staging']);
  });
});

describe('trouble', () => {
  test('is another answer, or one that is lost after the work is done', async () => {
    github.repository.commit('first');
    github.interfere((request) => (request.startsWith('POST') ? FORBIDDEN : undefined));
    await expect(deploy('staging')).rejects.toMatchObject({ status: 403 });
    expect(github.repository.deployments).toEqual([]);
    github.interfere(() => 'lost');
    await expect(deploy('staging')).rejects.toThrow();
    github.interfere(() => undefined);
    expect((await octokit.rest.repos.listDeployments(here)).data).toHaveLength(1);
  });
});

describe('check runs', () => {
  test('a conclusion completes it, and annotations add up', async () => {
    const head_sha = github.repository.commit('first');
    const { data } = await octokit.rest.checks.create({ ...here, name: 'paal', head_sha });
    expect(data).toMatchObject({ status: 'queued', conclusion: null });
    const annotation = {
      path: 'a.yaml',
      start_line: 1,
      end_line: 1,
      annotation_level: 'failure' as const,
      message: 'x',
    };
    const update = {
      ...here,
      check_run_id: data.id,
      output: { title: 't', summary: 's', annotations: [annotation] },
    };
    await octokit.rest.checks.update(update);
    const done = await octokit.rest.checks.update({ ...update, conclusion: 'failure' });
    expect(done.data).toMatchObject({
      status: 'completed',
      conclusion: 'failure',
      output: { annotations_count: 2 },
    });
    const annotations = await octokit.rest.checks.listAnnotations({
      ...here,
      check_run_id: data.id,
    });
    expect(annotations.data).toEqual([annotation, annotation]);
    const listed = await octokit.rest.checks.listForRef({
      ...here,
      ref: 'main',
      check_name: 'paal',
    });
    expect(listed.data).toMatchObject({ total_count: 1, check_runs: [{ id: data.id, head_sha }] });
  });

  test('51 annotations in one request, or an unknown conclusion, are a 422', async () => {
    const head_sha = github.repository.commit('first');
    const annotations = Array.from({ length: 51 }, () => ({
      path: 'a',
      start_line: 1,
      end_line: 1,
      annotation_level: 'notice' as const,
      message: 'x',
    }));
    const base = { ...here, name: 'paal', head_sha };
    await expect(
      octokit.rest.checks.create({ ...base, output: { title: 't', summary: 's', annotations } }),
    ).rejects.toMatchObject({ status: 422 });
    await expect(
      octokit.rest.checks.create({ ...base, conclusion: 'great' as 'success' }),
    ).rejects.toMatchObject({ status: 422 });
    expect(github.repository.checkRuns).toEqual([]);
  });
});

describe('issue comments', () => {
  test('are written, changed and deleted', async () => {
    github.repository.issues.add(7);
    const { data } = await octokit.rest.issues.createComment({
      ...here,
      issue_number: 7,
      body: 'one',
    });
    await octokit.rest.issues.updateComment({ ...here, comment_id: data.id, body: 'two' });
    expect((await octokit.rest.issues.getComment({ ...here, comment_id: data.id })).data.body).toBe(
      'two',
    );
    await octokit.rest.issues.deleteComment({ ...here, comment_id: data.id });
    expect(github.repository.comments).toEqual([]);
  });

  test('on an issue that does not exist are a 404, and empty or too long ones a 422', async () => {
    github.repository.issues.add(7);
    const write = (issue_number: number, body: string) =>
      octokit.rest.issues.createComment({ ...here, issue_number, body });
    await expect(write(8, 'x')).rejects.toMatchObject({ status: 404 });
    await expect(write(7, ' ')).rejects.toMatchObject({ status: 422 });
    await expect(write(7, 'x'.repeat(65_537))).rejects.toMatchObject({ status: 422 });
  });
});

describe('commits', () => {
  test('are listed newest first, from a branch and within a time', async () => {
    const { repository } = github;
    const shas = ['one', 'two', 'three'].map((message) => repository.commit(message));
    const { data } = await octokit.rest.repos.listCommits(here);
    expect(data.map(({ sha }) => sha)).toEqual([...shas].reverse());
    const since = data[1]?.commit.committer?.date ?? '';
    expect(
      (await octokit.rest.repos.listCommits({ ...here, since })).data.map(
        ({ commit }) => commit.message,
      ),
    ).toEqual(['three', 'two']);
  });

  test('a commit is found by branch and by the beginning of its sha; another one is a 422', async () => {
    const sha = github.repository.commit('one', 'release/1');
    for (const ref of ['release/1', 'heads/release/1', sha.slice(0, 8)]) {
      expect((await octokit.rest.repos.getCommit({ ...here, ref })).data.sha).toBe(sha);
    }
    await expect(octokit.rest.repos.getCommit({ ...here, ref: 'nowhere' })).rejects.toMatchObject({
      status: 422,
    });
  });

  test('a comparison says what is ahead and behind, oldest first', async () => {
    const { repository } = github;
    const root = repository.commit('root');
    repository.commit('on main');
    repository.commit('first', 'topic', [root]);
    repository.commit('second', 'topic');
    const compare = async (basehead: string) =>
      (await octokit.rest.repos.compareCommitsWithBasehead({ ...here, basehead })).data;
    const diverged = await compare('main...topic');
    expect(diverged).toMatchObject({
      status: 'diverged',
      ahead_by: 2,
      behind_by: 1,
      merge_base_commit: { sha: root },
    });
    expect(diverged.commits.map(({ commit }) => commit.message)).toEqual(['first', 'second']);
    expect((await compare(`${root}...topic`)).status).toBe('ahead');
    expect((await compare(`topic...${root}`)).status).toBe('behind');
    expect((await compare('main...main')).status).toBe('identical');
  });
});

describe('a pull request', () => {
  test('has its files in pages; one that is not there is a 404', async () => {
    const names = Array.from({ length: 130 }, (_, index) => `f${index}`);
    const files = names.map((filename) => ({ filename, status: 'added' as const }));
    github.repository.pullRequestFiles.set(7, files);
    const all = await octokit.paginate(octokit.rest.pulls.listFiles, {
      ...here,
      pull_number: 7,
      per_page: 100,
    });
    expect(all.map(({ filename }) => filename)).toEqual(names);
    const other = octokit.rest.pulls.listFiles({ ...here, pull_number: 8 });
    await expect(other).rejects.toMatchObject({ status: 404 });
  });
});

describe('GraphQL', () => {
  test('says who the token is, and knows nothing else', async () => {
    expect(await octokit.graphql('query { viewer { login } }')).toEqual({
      viewer: { login: 'github-actions[bot]' },
    });
    await expect(octokit.graphql('query { viewer { email } }')).rejects.toThrow(
      'The double knows only',
    );
  });
});
