import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { FORBIDDEN, USER } from '../github/answers.ts';
import { type GitHubDouble, startGitHubDouble } from '../github/github-double.ts';
import type { PullRequestFile } from '../github/state.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import {
  DROP,
  GOOD,
  type LintWorkspace,
  lintWorkspace,
  NEW,
  OLD,
  UNSET,
} from './migrate-lint-fixture.ts';
import type { StepResult } from './run-action.ts';

const MARKER = '<!-- paal/migrate lint: migrations -->';

let here: LintWorkspace;
let github: GitHubDouble;

beforeEach(async () => {
  here = await lintWorkspace();
  github = await startGitHubDouble();
  github.repository.issues.add(7);
});

afterEach(async () => {
  await github.stop();
});

/** A step in pull request 7 that changes `files`. */
async function lintPullRequest(
  files: readonly PullRequestFile[],
  { token = github.token, base = 'b'.repeat(40), head = 'c'.repeat(40) } = {},
): Promise<StepResult> {
  github.repository.pullRequestFiles.set(7, files);
  const event = join(await temporaryFolder('event'), 'event.json');
  const pullRequest = { number: 7, base: { sha: base }, head: { sha: head } };
  await writeFile(event, JSON.stringify({ pull_request: pullRequest }));
  const env = { GITHUB_EVENT_PATH: event, GITHUB_API_URL: github.url };
  return await here.lint({ 'github-token': token }, env);
}

const added = (filename: string): PullRequestFile => ({ filename, status: 'added' });
const bodies = (): readonly string[] => github.repository.comments.map(({ body }) => String(body));

describe('command lint in a pull request', () => {
  test('only what it changes is looked at, and an edited migration is a finding', async () => {
    await here.put({ [OLD]: GOOD, [NEW]: GOOD, 'migrations/20260201000000-b.mjs': DROP });
    const step = await lintPullRequest([added(NEW), { filename: OLD, status: 'modified' }]);
    expect(step.log).toContain('GitHub says what pull request 7 changes');
    expect(step.log).toContain('2 migrations; 1 migration not looked at');
    expect(step.log).toContain(`::warning title=edited-migration,file=${OLD},line=1,`);
    expect([step.exitCode, step.outputs['lint-warnings']]).toEqual([0, '1']);
  });

  test('of many files every page is read', async () => {
    await here.put({ [NEW]: DROP });
    const many = Array.from({ length: 230 }, (_, index) => added(`src/${index}.ts`));
    const step = await lintPullRequest([...many, added(NEW)]);
    expect(step.outputs['lint-errors']).toBe('1');
  });

  test('no finding makes no comment', async () => {
    await here.put({ [NEW]: GOOD });
    await lintPullRequest([added(NEW)]);
    expect(bodies()).toEqual([]);
  });

  test('one comment is made, updated in its place, left alone, and says when all is mended', async () => {
    await here.put({ [NEW]: DROP });
    await lintPullRequest([added(NEW)]);
    expect(bodies()).toEqual([expect.stringContaining('<code>drop-collection</code>')]);
    expect(bodies()[0]).toMatch(new RegExp(`^${MARKER}\n`));
    await here.put({ [NEW]: UNSET });
    await lintPullRequest([added(NEW)]);
    expect(bodies()).toEqual([expect.stringContaining('<code>remove-field</code>')]);
    expect(bodies()[0]).not.toContain('drop-collection');
    const before = github.requests.length;
    await lintPullRequest([added(NEW)]);
    const writes = github.requests
      .slice(before)
      .filter((one) => /^(?:PATCH|POST \/repos)/.test(one));
    expect(writes).toEqual([]);
    await here.put({ [NEW]: GOOD });
    await lintPullRequest([added(NEW)]);
    expect(bodies()).toEqual([`${MARKER}\n✅ Migrations: no findings any more in 1 migration.`]);
  });

  test("somebody else's comment with the marker is not touched, and ours is found behind a hundred", async () => {
    const issue_url = `${github.url}/repos/paal/shop/issues/7`;
    const others = Array.from({ length: 120 }, (_, id) => ({
      id: 1_000 + id,
      issue_url,
      body: 'hello',
      user: USER,
    }));
    const forged = {
      id: 1,
      issue_url,
      body: `${MARKER}\nforged`,
      user: { login: 'mallory', id: 5 },
    };
    const own = { id: 2, issue_url, body: `${MARKER}\nours`, user: USER };
    github.repository.comments.push(forged, ...others, own);
    await here.put({ [NEW]: DROP });
    await lintPullRequest([added(NEW)]);
    expect(github.repository.comments).toHaveLength(122);
    expect(forged.body).toBe(`${MARKER}\nforged`);
    expect(own.body).toContain('drop-collection');
  });

  test('a token that may not comment is a warning, and the findings are where they are', async () => {
    await here.put({ [NEW]: UNSET });
    github.interfere((request) => (request.startsWith('POST /repos') ? FORBIDDEN : undefined));
    const step = await lintPullRequest([added(NEW)]);
    expect(step.exitCode).toBe(0);
    expect(step.log).toContain('::warning::The findings could not be written to pull request 7');
    expect(step.log).toContain('Give the job the permission "pull-requests: write"');
    expect(step.outputs['lint-warnings']).toBe('1');
  });

  test('a comment whose answer is lost is made once', async () => {
    await here.put({ [NEW]: DROP });
    let lost = false;
    github.interfere((request) => {
      if (lost || !/^POST .*comments$/.test(request)) return undefined;
      lost = true;
      return 'lost';
    });
    await lintPullRequest([added(NEW)]);
    expect(bodies()).toHaveLength(1);
  });

  test('without a token git says what it changes, where the checkout has both commits', async () => {
    await here.put({ [OLD]: GOOD });
    const git = async (...args: readonly string[]): Promise<string> => {
      const identity = [
        '-c',
        'user.name=a',
        '-c',
        'user.email=a@b.c',
        '-c',
        'commit.gpgsign=false',
      ];
      const { stdout } = await execa('git', [...identity, ...args], { cwd: here.folder });
      return stdout;
    };
    await git('init', '-q');
    await git('add', '-A');
    await git('commit', '-qm', 'base');
    const base = await git('rev-parse', 'HEAD');
    await here.put({ [OLD]: DROP, [NEW]: UNSET });
    await git('add', '-A');
    await git('commit', '-qm', 'head');
    const head = await git('rev-parse', 'HEAD');
    const step = await lintPullRequest([], { token: '', base, head });
    expect(step.log).toContain('git says what pull request 7 changes');
    expect(step.outputs).toMatchObject({ 'lint-errors': '1', 'lint-warnings': '2' });
    expect(github.requests).toEqual([]);
  });

  test('where nobody says what it changes, all are linted, and that is said', async () => {
    await here.put({ [OLD]: GOOD, [NEW]: DROP });
    const step = await lintPullRequest([], { token: '' });
    expect(step.log).toContain('is not known, so all migrations are linted');
    expect(step.outputs['lint-errors']).toBe('1');
  });

  test('a token that may not read pull requests is a warning, and git is asked', async () => {
    await here.put({ [NEW]: GOOD });
    github.interfere((request) => (request.includes('/files') ? FORBIDDEN : undefined));
    const step = await lintPullRequest([added(NEW)]);
    expect(step.exitCode).toBe(0);
    expect(step.log).toContain('::warning::GitHub does not tell what the pull request changes');
    expect(step.log).toContain('"pull-requests: read"');
  });
});
