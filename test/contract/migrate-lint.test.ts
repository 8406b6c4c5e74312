import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { FORBIDDEN, USER } from '../github/answers.ts';
import { type GitHubDouble, startGitHubDouble } from '../github/github-double.ts';
import type { PullRequestFile } from '../github/state.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { runStep, type StepResult } from './run-action.ts';

const GOOD = `export async function up(db) { await db.collection('a').updateOne({ _id: 1 }, { $set: { b: 1 } }); }
export async function down(db) { await db.collection('a').updateOne({ _id: 1 }, { $set: { b: 0 } }); }
`;
const DROP = `export async function up(db) {
  await db.collection('old').drop();
}
export const irreversible = 'it is gone';
`;
const RENAMED = GOOD.replace('$set: { b: 1 }', "$unset: { c: '' }");
const OLD = 'migrations/20250101000000-old.mjs';
const NEW = 'migrations/20260101000000-new.mjs';
const MARKER = '<!-- paal/migrate lint: migrations -->';

let workspace: string;
let github: GitHubDouble;

beforeEach(async () => {
  workspace = await temporaryFolder('lint');
  github = await startGitHubDouble();
  github.repository.issues.add(7);
});

afterEach(async () => {
  await github.stop();
});

async function put(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(workspace, name)), { recursive: true });
    await writeFile(join(workspace, name), text);
  }
}

async function lint(
  inputs: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
): Promise<StepResult> {
  return await runStep('migrate', { workspace, inputs: { command: 'lint', ...inputs }, env });
}

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
  return await lint({ 'github-token': token }, env);
}

const added = (filename: string): PullRequestFile => ({ filename, status: 'added' });
const bodies = (): readonly string[] => github.repository.comments.map(({ body }) => String(body));

describe('paal/migrate with command lint', () => {
  test('needs neither uri nor database, and says that there is nothing', async () => {
    await put({ [OLD]: GOOD });
    const step = await lint();
    expect(step.exitCode).toBe(0);
    expect(step.outputs).toMatchObject({
      status: 'linted',
      'lint-errors': '0',
      'lint-warnings': '0',
    });
    expect(step.summary).toContain('## ✅ Migrations: No findings in 1 migration');
    expect(step.log).not.toMatch(/ExperimentalWarning|::(?:error|warning|notice)/);
  });

  test('annotates what it finds at its place, tells it in the summary, and fails', async () => {
    await put({ [OLD]: GOOD, [NEW]: DROP });
    const step = await lint();
    expect(step.exitCode).toBe(1);
    expect(step.log).toContain(
      `::error title=drop-collection,file=${NEW},line=2,col=30::Drops "old", with all of its documents`,
    );
    expect(step.errors.at(-1)).toContain(
      `1 error in 2 migrations; the first error is drop-collection at ${NEW}:2:30. Mend what is found`,
    );
    expect(step.outputs).toMatchObject({
      status: 'failed',
      'lint-errors': '1',
      'lint-warnings': '0',
    });
    expect(step.summary).toContain('## ❌ Migrations: 1 error in 2 migrations');
    expect(step.summary).toContain(
      `| ❌ | <code>drop-collection</code> | <code>${NEW}:2:30</code> |`,
    );
    const sarif = JSON.parse(await readFile(step.outputs.sarif ?? '', 'utf8'));
    expect(sarif.runs[0].results).toMatchObject([{ ruleId: 'drop-collection', level: 'error' }]);
    const report = JSON.parse(await readFile(step.outputs.report ?? '', 'utf8'));
    expect(report.findings).toMatchObject([{ rule: 'drop-collection', severity: 'error' }]);
  });

  test('a warning does not fail the step, unless paal.yaml makes an error of it', async () => {
    await put({ [NEW]: RENAMED });
    const step = await lint();
    expect([step.exitCode, step.outputs['lint-warnings']]).toEqual([0, '1']);
    expect(step.log).toContain(`::warning title=remove-field,file=${NEW},line=1,`);
    await put({ 'paal.yaml': 'migrations: { lint: { remove-field: error } }\n' });
    expect((await lint()).exitCode).toBe(1);
    await put({ 'paal.yaml': 'migrations: { lint: { remove-field: off } }\n' });
    expect((await lint()).outputs['lint-warnings']).toBe('0');
  });

  test('more than GitHub shows of a level are in the summary only, and that is said', async () => {
    const drops = Array.from(
      { length: 14 },
      (_, index) => `await db.collection('c${index}').drop();`,
    );
    const source = DROP.replace("await db.collection('old').drop();", drops.join('\n'));
    await put({ [NEW]: source });
    const step = await lint();
    expect(step.errors).toHaveLength(10);
    expect(step.log).toContain('5 more findings than GitHub shows annotations for');
    expect(step.summary.match(/<code>drop-collection<\/code>/g)).toHaveLength(14);
    expect(step.summary).toContain('5 more of these findings have none');
  });

  test('lint-after leaves out what is as old', async () => {
    await put({ [OLD]: DROP, [NEW]: GOOD });
    await put({ 'paal.yaml': 'migrations: { lint-after: 20250101000000-old }\n' });
    const step = await lint();
    expect(step.exitCode).toBe(0);
    expect(step.log).toContain('1 migration; 1 migration not looked at');
  });

  test.each([
    [
      'a rule that there is not',
      '{ drop-colection: off }',
      'unknown key "drop-colection" (migrations.lint). Did you mean "drop-collection"?',
    ],
    [
      'a severity that there is not',
      '{ drop-collection: fatal }',
      'paal.yaml:1:40: migrations.lint.drop-collection',
    ],
  ])('%s is refused', async (_, rules, says) => {
    await put({ [NEW]: GOOD, 'paal.yaml': `migrations: { lint: ${rules} }\n` });
    const step = await lint();
    expect(step.exitCode).toBe(1);
    expect(step.errors).toEqual([expect.stringContaining(says)]);
  });

  test('a file that does not parse is an error at its place', async () => {
    await put({
      'migrations/20260101000000-a.ts': 'export const up = (): void => {};\nenum A { x }\n',
    });
    const step = await lint();
    expect(step.exitCode).toBe(1);
    expect(step.log).toContain(
      '::error title=syntax-error,file=migrations/20260101000000-a.ts,line=2,',
    );
  });
});

describe('in a pull request', () => {
  test('only what it changes is looked at, and an edited migration is a finding', async () => {
    await put({ [OLD]: GOOD, [NEW]: GOOD, 'migrations/20260201000000-b.mjs': DROP });
    const step = await lintPullRequest([added(NEW), { filename: OLD, status: 'modified' }]);
    expect(step.log).toContain('GitHub says what pull request 7 changes');
    expect(step.log).toContain('2 migrations; 1 migration not looked at');
    expect(step.log).toContain(`::warning title=edited-migration,file=${OLD},line=1,`);
    expect([step.exitCode, step.outputs['lint-warnings']]).toEqual([0, '1']);
  });

  test('of many files every page is read', async () => {
    await put({ [NEW]: DROP });
    const many = Array.from({ length: 230 }, (_, index) => added(`src/${index}.ts`));
    const step = await lintPullRequest([...many, added(NEW)]);
    expect(step.outputs['lint-errors']).toBe('1');
  });

  test('no finding makes no comment', async () => {
    await put({ [NEW]: GOOD });
    await lintPullRequest([added(NEW)]);
    expect(bodies()).toEqual([]);
  });

  test('one comment is made, updated in its place, left alone, and says when all is mended', async () => {
    await put({ [NEW]: DROP });
    await lintPullRequest([added(NEW)]);
    expect(bodies()).toEqual([expect.stringContaining('<code>drop-collection</code>')]);
    expect(bodies()[0]).toMatch(new RegExp(`^${MARKER}\n`));
    await put({ [NEW]: RENAMED });
    await lintPullRequest([added(NEW)]);
    expect(bodies()).toEqual([expect.stringContaining('<code>remove-field</code>')]);
    expect(bodies()[0]).not.toContain('drop-collection');
    const before = github.requests.length;
    await lintPullRequest([added(NEW)]);
    const writes = github.requests
      .slice(before)
      .filter((one) => /^(?:PATCH|POST \/repos)/.test(one));
    expect(writes).toEqual([]);
    await put({ [NEW]: GOOD });
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
    await put({ [NEW]: DROP });
    await lintPullRequest([added(NEW)]);
    expect(github.repository.comments).toHaveLength(122);
    expect(forged.body).toBe(`${MARKER}\nforged`);
    expect(own.body).toContain('drop-collection');
  });

  test('a token that may not comment is a warning, and the findings are where they are', async () => {
    await put({ [NEW]: RENAMED });
    github.interfere((request) => (request.startsWith('POST /repos') ? FORBIDDEN : undefined));
    const step = await lintPullRequest([added(NEW)]);
    expect(step.exitCode).toBe(0);
    expect(step.log).toContain('::warning::The findings could not be written to pull request 7');
    expect(step.log).toContain('Give the job the permission "pull-requests: write"');
    expect(step.outputs['lint-warnings']).toBe('1');
  });

  test('a comment whose answer is lost is made once', async () => {
    await put({ [NEW]: DROP });
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
    await put({ [OLD]: GOOD });
    const git = async (...args: readonly string[]): Promise<string> => {
      const identity = [
        '-c',
        'user.name=a',
        '-c',
        'user.email=a@b.c',
        '-c',
        'commit.gpgsign=false',
      ];
      const { stdout } = await execa('git', [...identity, ...args], { cwd: workspace });
      return stdout;
    };
    await git('init', '-q');
    await git('add', '-A');
    await git('commit', '-qm', 'base');
    const base = await git('rev-parse', 'HEAD');
    await put({ [OLD]: DROP, [NEW]: RENAMED });
    await git('add', '-A');
    await git('commit', '-qm', 'head');
    const head = await git('rev-parse', 'HEAD');
    const step = await lintPullRequest([], { token: '', base, head });
    expect(step.log).toContain('git says what pull request 7 changes');
    expect(step.outputs).toMatchObject({ 'lint-errors': '1', 'lint-warnings': '2' });
    expect(github.requests).toEqual([]);
  });

  test('where nobody says what it changes, all are linted, and that is said', async () => {
    await put({ [OLD]: GOOD, [NEW]: DROP });
    const step = await lintPullRequest([], { token: '' });
    expect(step.log).toContain('is not known, so all migrations are linted');
    expect(step.outputs['lint-errors']).toBe('1');
  });

  test('a token that may not read pull requests is a warning, and git is asked', async () => {
    await put({ [NEW]: GOOD });
    github.interfere((request) => (request.includes('/files') ? FORBIDDEN : undefined));
    const step = await lintPullRequest([added(NEW)]);
    expect(step.exitCode).toBe(0);
    expect(step.log).toContain('::warning::GitHub does not tell what the pull request changes');
    expect(step.log).toContain('"pull-requests: read"');
  });
});
