import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Clock, systemClock } from '@paal/core/clock';
import { githubApi } from '@paal/core/github/api';
import { type DeploymentRecord, recordDeployments } from '@paal/core/github/record';
import { FORBIDDEN } from './answers.ts';
import { type GitHubDouble, startGitHubDouble } from './github-double.ts';

const RUN = 'https://github.com/paal/shop/actions/runs/42';

let github: GitHubDouble;
let commit: string;
let warnings: string[];
let notes: string[];

beforeEach(async () => {
  github = await startGitHubDouble();
  commit = github.repository.commit('first');
  warnings = [];
  notes = [];
});

afterEach(async () => {
  await github.stop();
});

interface Options {
  readonly checkRunId?: string;
  readonly token?: string;
  readonly signal?: AbortSignal;
  readonly environment?: string;
  readonly clock?: Clock;
}

function record({
  checkRunId,
  token = github.token,
  signal = new AbortController().signal,
  environment = 'staging',
  clock = systemClock,
}: Options = {}): DeploymentRecord {
  const access = { apiUrl: `${github.url}/`, token, repository: 'paal/shop' };
  return recordDeployments({
    api: githubApi(access, clock),
    place: { app: 'shop', environment, url: 'https://s.example', run: RUN },
    commit,
    checkRunId,
    clock,
    signal,
    clean: (text) => text.replace('hunter2', '***'),
    warn: (text) => warnings.push(text),
    note: (text) => notes.push(text),
    debug: () => {},
  });
}

const release = (number: number, of = commit) =>
  ({ task: 'deploy', release: number, version: '', commit: of }) as const;

/** Task, commit and states (the oldest first) of each deployment, as GitHub has them. */
function recorded(): readonly unknown[] {
  return github.repository.deployments.map(({ task, sha, statuses }) => [
    task,
    sha,
    statuses.map(({ state }) => state),
  ]);
}

describe('a deployment that is recorded', () => {
  test('is in progress, and then what became of it', async () => {
    const deployments = record();
    deployments.begin(release(1));
    deployments.end('success', 'It serves with hunter2');
    await deployments.close();
    expect(recorded()).toEqual([['deploy', commit, ['in_progress', 'success']]]);
    expect(github.repository.deployments[0]).toMatchObject({
      environment: 'staging',
      payload: { app: 'shop', release: 1, run: RUN },
      description: 'Release 1 of shop',
    });
    expect(github.repository.deployments[0]?.statuses[1]).toMatchObject({
      description: 'It serves with ***',
      log_url: RUN,
      environment_url: 'https://s.example',
    });
    expect(warnings).toEqual([]);
  });

  test('is followed by the one that is gone back to, with the commit of that', async () => {
    const first = commit;
    commit = github.repository.commit('second');
    const { promise: isThere, resolve } = Promise.withResolvers<void>();
    github.interfere((request) => {
      if (request.endsWith('/statuses')) resolve();
      return undefined;
    });
    const deployments = record();
    deployments.begin(release(2));
    await isThere;
    deployments.end('failure', 'x');
    deployments.begin({ ...release(1, first), task: 'rollback' });
    deployments.end('success', 'x');
    await deployments.close();
    expect(recorded()).toEqual([
      ['deploy', commit, ['in_progress', 'failure']],
      ['rollback', first, ['in_progress', 'success']],
    ]);
  });

  test('becomes a failure when a later step takes its release back', async () => {
    const before = record();
    before.begin(release(1));
    before.end('success', 'x');
    await before.close();
    const other = record({ environment: 'production' });
    other.begin(release(1));
    other.end('success', 'x');
    await other.close();
    const deployments = record();
    deployments.failed(1, 'Taken back to release 0');
    deployments.failed(5, 'that nobody has recorded');
    await deployments.close();
    expect(recorded()).toEqual([
      ['deploy', commit, ['in_progress', 'success', 'failure']],
      ['deploy', commit, ['in_progress', 'success']],
    ]);
  });

  test('is an error where the step ends without a word', async () => {
    const deployments = record();
    deployments.begin(release(1));
    await deployments.close();
    expect(recorded()).toEqual([['deploy', commit, ['in_progress', 'error']]]);
  });

  test('is none where the commit is not known, and that is told', async () => {
    const deployments = record();
    deployments.begin(release(0, ''));
    deployments.end('success', 'x');
    await deployments.close();
    expect([recorded(), warnings]).toEqual([[], []]);
    expect(notes).toEqual([
      'No deployment is recorded on GitHub: nobody knows of which commit release 0 is.',
    ]);
  });

  test('is there once, also when the answer is lost', async () => {
    let losses = 1;
    github.interfere((request) => {
      if (!request.endsWith('/deployments') || losses === 0) return undefined;
      losses -= 1;
      return 'lost';
    });
    const deployments = record();
    deployments.begin(release(1));
    deployments.end('success', 'x');
    await deployments.close();
    expect(losses).toBe(0);
    expect(recorded()).toEqual([['deploy', commit, ['in_progress', 'success']]]);
    expect(warnings).toEqual([]);
  });

  test('is tried again where GitHub is in trouble for a moment', async () => {
    let troubles = 2;
    github.interfere(() => {
      troubles -= 1;
      return troubles >= 0 ? { status: 502, body: { message: 'Server Error' } } : undefined;
    });
    const deployments = record();
    deployments.begin(release(1));
    deployments.end('failure', 'x');
    await deployments.close();
    expect(recorded()).toEqual([['deploy', commit, ['in_progress', 'failure']]]);
    expect(warnings).toEqual([]);
  });
});

describe('a job with an environment of its own', () => {
  test.each([
    ['by its id', '77'],
    ['by the run alone, where the runner does not tell the id', undefined],
  ])('is known %s, and nothing is added to what GitHub records', async (_, checkRunId) => {
    github.beginJob({ environment: 'prod', sha: commit, run: 42, job: 77 });
    const deployments = record(checkRunId === undefined ? {} : { checkRunId });
    deployments.begin(release(1));
    deployments.end('success', 'x');
    await deployments.close();
    expect(recorded()).toEqual([['deploy', commit, ['queued', 'in_progress']]]);
  });

  test('that is another one of the run keeps nothing from being recorded', async () => {
    github.beginJob({ environment: 'staging', sha: commit, run: 42, job: 76 });
    const deployments = record({ checkRunId: '77' });
    deployments.begin(release(1));
    deployments.end('failure', 'x');
    await deployments.close();
    expect(recorded()).toHaveLength(2);
  });
});

describe('what cannot be recorded', () => {
  test('for want of a permission is one warning that says what to grant', async () => {
    github.interfere((request) => (request.startsWith('POST') ? FORBIDDEN : undefined));
    const deployments = record();
    deployments.begin(release(1));
    deployments.end('failure', 'x');
    deployments.begin({ ...release(0), task: 'rollback' });
    deployments.end('success', 'x');
    await deployments.close();
    expect(warnings).toEqual([
      expect.stringMatching(
        /could not be recorded on GitHub, .*403: Resource not accessible by integration\. .*"deployments: write"/,
      ),
    ]);
    expect(github.requests.filter((one) => one.startsWith('POST'))).toHaveLength(1);
  });

  test('because a commit is not there keeps nothing else from being recorded', async () => {
    const deployments = record();
    deployments.begin(release(1, 'f'.repeat(40)));
    deployments.end('failure', 'x');
    deployments.begin({ ...release(0), task: 'rollback' });
    deployments.end('success', 'x');
    await deployments.close();
    expect(recorded()).toEqual([['rollback', commit, ['in_progress', 'success']]]);
    expect(warnings).toEqual([expect.stringContaining('422: No ref found for')]);
  });

  test('because the token is not valid never shows it', async () => {
    const deployments = record({ token: 'ghs_wrong' });
    deployments.begin(release(1));
    await deployments.close();
    expect(warnings).toEqual([expect.stringContaining('401: Bad credentials')]);
    expect(warnings.join()).not.toContain('ghs_wrong');
  });

  test.each([
    ['a step', new AbortController().signal, 2_000],
    ['a step that is cancelled', AbortSignal.abort(), 1_000],
  ])(
    'because GitHub is silent holds up the end of %s no longer than it may',
    async (_, signal, most) => {
      github.interfere(() => 'silence');
      const waits: number[] = [];
      const clock: Clock = {
        now: systemClock.now,
        sleep: async (milliseconds) => {
          waits.push(milliseconds);
        },
      };
      const deployments = record({ signal, clock });
      deployments.begin(release(1));
      deployments.end('success', 'x');
      await deployments.close();
      expect(waits).toEqual([most]);
      expect(warnings).toEqual([expect.stringContaining('GitHub has not answered in time')]);
    },
  );

  test('of a step that records nothing holds up nothing', async () => {
    github.interfere(() => 'silence');
    await record().close();
    expect([github.requests, warnings]).toEqual([[], []]);
  });
});
