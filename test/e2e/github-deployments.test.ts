import { describe, expect } from '@jest/globals';
import type { StepOptions, StepResult } from '../contract/run-action.ts';
import { FORBIDDEN } from '../github/answers.ts';
import { type GitHubDouble, startGitHubDouble } from '../github/github-double.ts';
import { verifyRelease } from './deploy-prune-fixture.ts';
import { afterTests, type Playground, playground, realNodeTest } from './fixture.ts';
import {
  applyManifest,
  expectGood,
  expectServing,
  ledger,
  reportOf,
  rollBack,
  testVersions,
} from './rollout-fixture.ts';
import { service, web } from './workloads.ts';

const image = testVersions();
const RUN = 'https://github.com/paal/shop/actions/runs/42';
const JOB = 77;

/** An app that is deployed to staging, by a job that may record deployments. */
interface Shop {
  readonly ground: Playground;
  readonly github: GitHubDouble;
  /** Puts a commit on GitHub and rolls it out; gives the step, and the commit. */
  deploy(
    message: string,
    objects: readonly object[],
    inputs?: Readonly<Record<string, string>>,
    onLog?: StepOptions['onLog'],
  ): Promise<readonly [StepResult, string]>;
  /** Rolls out what never becomes ready, and cancels it on the way. */
  cancelled(): Promise<{
    readonly step: StepResult;
    readonly sha: string;
    /** From the cancellation to the end. */
    readonly milliseconds: number;
  }>;
  rollBack(more?: Readonly<Record<string, string>>): Promise<StepResult>;
  /** Verifies a release of which every check fails. */
  verifyBad(release: string): Promise<StepResult>;
  /** Task, commit and states (the oldest first) of each deployment that GitHub has. */
  recorded(): readonly unknown[];
}

async function shop(label: string): Promise<Shop> {
  const ground = await playground(label);
  const github = await startGitHubDouble();
  afterTests(() => github.stop());
  const { repository, token } = github;
  const inputs = { environment: 'staging', 'github-token': token, 'check-run-id': String(JOB) };
  const env = (sha: string) => ({ GITHUB_API_URL: github.url, GITHUB_SHA: sha });
  const deploy: Shop['deploy'] = async (message, objects, more = {}, onLog) => {
    const sha = repository.refs.get(message) ?? repository.commit(message, message);
    const options = { env: env(sha), ...(onLog ? { onLog } : {}) };
    const step = await applyManifest(ground, objects, { ...inputs, ...more }, options);
    expect(step.log.replaceAll(`::add-mask::${token}`, '')).not.toContain(token);
    return [step, sha];
  };
  return {
    ground,
    github,
    deploy,
    cancelled: async () => {
      let at = 0;
      const stuck = [web({ image: image.v2, env: { NEVER_READY: '1' } })];
      const [step, sha] = await deploy('first', stuck, {}, (log, kill) => {
        if (at > 0 || !log.includes('1 of 1 updated')) return;
        at = performance.now();
        kill('SIGINT');
      });
      expect(step.outputs.status).toBe('cancelled');
      return { step, sha, milliseconds: performance.now() - at };
    },
    rollBack: (more = {}) =>
      rollBack(ground, { ...inputs, ...more }, env(repository.commit('of the workflow'))),
    verifyBad: async (release) => {
      const checks = '- http: { name: web, url: "{{url}}/version", status: 418, successes: 1 }';
      const more = { checks, duration: '0', 'on-failure': 'rollback', bake: '1s' };
      return await verifyRelease(
        ground,
        release,
        { ...inputs, ...more },
        env(repository.commit('of the workflow')),
      );
    },
    recorded: () =>
      repository.deployments.map(({ task, sha, statuses }) => [
        task,
        sha,
        statuses.map(({ state }) => state),
      ]),
  };
}

function warningsOf({ log }: StepResult): readonly string[] {
  return log.split('\n').filter((line) => line.startsWith('::warning'));
}

const good = () => [web({ image: image.v1 })];
const crashing = () => [web({ image: image.v2, env: { EXIT_CODE: '3' } })];

describe('a rollout with a github-token', () => {
  realNodeTest('is a deployment of its commit, and nothing where nothing changes', async () => {
    const { github, ground, deploy, recorded } = await shop('recorded');
    const [dry] = await deploy('first', good(), { 'dry-run': 'true' });
    expectGood(dry);
    expect(recorded()).toEqual([]);

    const [step, sha] = await deploy('first', good());
    expectGood(step);
    expect(warningsOf(step)).toEqual([]);
    expect(recorded()).toEqual([['deploy', sha, ['in_progress', 'success']]]);
    expect(github.repository.deployments[0]).toMatchObject({
      environment: 'staging',
      payload: { app: 'shop', release: 1, run: RUN },
      statuses: [{ log_url: RUN }, { log_url: RUN }],
    });
    expect(JSON.stringify(await reportOf(step))).not.toContain(github.token);

    const [again] = await deploy('first', good());
    expectGood(again);
    expect(again.outputs.changed).toBe('false');
    expect(recorded()).toHaveLength(1);
    await expectServing(ground, image.v1);
  });

  realNodeTest('that fails is a failure, and the release that is back a deployment', async () => {
    const { github, deploy, recorded } = await shop('failed');
    const [, first] = await deploy('first', good());
    const [step, second] = await deploy('second', crashing());
    expect(step.outputs).toMatchObject({ status: 'failed', 'rolled-back': 'succeeded' });
    expect(warningsOf(step)).toEqual([]);
    expect(recorded()).toEqual([
      ['deploy', first, ['in_progress', 'success', 'inactive']],
      ['deploy', second, ['in_progress', 'failure']],
      ['rollback', first, ['in_progress', 'success']],
    ]);
    expect(github.repository.deployments[1]?.statuses[1]?.description).toMatch(
      /exited with code 3/,
    );
  });

  realNodeTest('that is cancelled is an error', async () => {
    const { recorded, cancelled } = await shop('cancelled');
    const { sha, step } = await cancelled();
    expect(warningsOf(step)).toEqual([]);
    expect(recorded()).toEqual([['deploy', sha, ['in_progress', 'error']]]);
  });

  realNodeTest('that is cancelled while GitHub is silent ends in time', async () => {
    const { github, cancelled } = await shop('cancelled-silent');
    github.interfere(() => 'silence');
    const { milliseconds } = await cancelled();
    expect(milliseconds).toBeLessThan(7_000);
  });

  realNodeTest('is what it is without the permission, and says what to grant', async () => {
    const { github, ground, deploy } = await shop('forbidden');
    github.interfere((request) => (request.startsWith('POST') ? FORBIDDEN : undefined));
    const [step] = await deploy('first', good());
    expectGood(step);
    expect(warningsOf(step)).toEqual([expect.stringContaining('"deployments: write"')]);
    expect(await ledger(ground)).toEqual({ 1: 'rolled-out' });
  });

  realNodeTest('adds nothing to what GitHub records for the job’s own environment', async () => {
    const { github, deploy, recorded } = await shop('of-the-job');
    const sha = github.repository.commit('first', 'first');
    github.beginJob({ environment: 'staging', sha, run: 42, job: JOB });
    const [step] = await deploy('first', good());
    expectGood(step);
    expect(warningsOf(step)).toEqual([]);
    expect(recorded()).toEqual([['deploy', sha, ['queued', 'in_progress']]]);
  });

  realNodeTest('does not wait for a GitHub that is silent', async () => {
    const { github, ground, deploy } = await shop('silent');
    github.interfere(() => 'silence');
    let served = 0;
    const [step] = await deploy('first', good(), {}, (log) => {
      if (served === 0 && log.includes('Release 1 serves')) served = performance.now();
    });
    expectGood(step);
    expect(performance.now() - served).toBeLessThan(4_000);
    expect(warningsOf(step)).toEqual([expect.stringContaining('could not be recorded on GitHub')]);
    await expectServing(ground, image.v1);
  });
});

describe('paal/verify-health with a github-token', () => {
  realNodeTest('makes a bad release a failure, and deploys the one that is back', async () => {
    const { deploy, verifyBad, recorded } = await shop('not-verified');
    const [, first] = await deploy('first', [...good(), service('web')]);
    const [, second] = await deploy('second', [web({ image: image.v2 }), service('web')]);
    const step = await verifyBad('2');
    expect(step.outputs).toMatchObject({ status: 'failed', 'rolled-back': 'succeeded' });
    expect(warningsOf(step)).toEqual([]);
    expect(recorded()).toEqual([
      ['deploy', first, ['in_progress', 'success', 'inactive']],
      ['deploy', second, ['in_progress', 'success', 'failure']],
      ['rollback', first, ['in_progress', 'success']],
    ]);
  });
});

describe('paal/rollback with a github-token', () => {
  realNodeTest('makes the release that is left a failure, and deploys the one before', async () => {
    const { deploy, rollBack, recorded } = await shop('taken-back');
    const [, first] = await deploy('first', good());
    const [, second] = await deploy('second', [web({ image: image.v2 })]);
    const step = await rollBack();
    expectGood(step);
    expect(warningsOf(step)).toEqual([]);
    expect(recorded()).toEqual([
      ['deploy', first, ['in_progress', 'success', 'inactive']],
      ['deploy', second, ['in_progress', 'success', 'failure']],
      ['rollback', first, ['in_progress', 'success']],
    ]);
  });

  realNodeTest('of a part says which, and what became of that part', async () => {
    const { github, deploy, rollBack } = await shop('part');
    const both = (tag: string) => [web({ image: tag }), web({ image: tag, name: 'api' })];
    await deploy('first', both(image.v1));
    await deploy('second', both(image.v2));
    expectGood(await rollBack({ workloads: 'deployment/api' }));
    const [, second, back] = github.repository.deployments;
    expect(back?.description).toMatch(/^Back to release 1 of shop.*, only deployment\/api$/);
    expect(second?.statuses.at(-1)).toMatchObject({
      state: 'failure',
      description: 'deployment/api was taken back to release 1',
    });
  });

  realNodeTest('of a revision has the commit of the release that put it out', async () => {
    const { github, deploy, rollBack, recorded } = await shop('revision');
    const [, first] = await deploy('first', good());
    const [, second] = await deploy('second', [web({ image: image.v2 })]);
    expectGood(await rollBack({ to: 'revision:1', workloads: 'deployment/web' }));
    expect(recorded()).toEqual([
      ['deploy', first, ['in_progress', 'success', 'inactive']],
      ['deploy', second, ['in_progress', 'success', 'inactive']],
      ['rollback', first, ['in_progress', 'success']],
    ]);
    expect(github.repository.deployments[2]?.payload).toMatchObject({ release: 3 });
  });

  realNodeTest('of what ran before PAAL came is none, and says why', async () => {
    const { ground, deploy, rollBack, recorded } = await shop('adopted');
    await ground.apply(web({ image: image.v1 }));
    await deploy('first', [web({ image: image.v2 })], { 'force-conflicts': 'true' });
    const step = await rollBack();
    expectGood(step);
    expect(step.log).toContain('nobody knows of which commit release 0 is.');
    expect(recorded()).toHaveLength(1);
  });
});
