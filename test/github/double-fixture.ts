import { getOctokit } from '@actions/github';
import { afterEach, beforeEach } from '@jest/globals';
import { type GitHubDouble, startGitHubDouble } from './github-double.ts';

type Client = ReturnType<typeof getOctokit>;

/** A double of GitHub of a test's own, and GitHub's own client for it. */
export interface Hub {
  readonly github: GitHubDouble;
  readonly octokit: Client;
  /** The double's repository, as the client wants it. */
  readonly here: { readonly owner: string; readonly repo: string };
  /** Makes a deployment of `main` with one status; gives its id. */
  deploy(environment: string, state?: string, more?: object): Promise<number>;
}

/** Starts a double for each test of the file; what is given is that of the present test. */
export function hubForEachTest(): () => Hub {
  let hub: Hub | undefined;
  const present = (): Hub => {
    if (!hub) throw new Error('There is a double of GitHub only within a test.');
    return hub;
  };
  beforeEach(async () => {
    const github = await startGitHubDouble();
    const octokit = getOctokit(github.token, { baseUrl: github.url });
    const here = { owner: github.owner, repo: github.repo };
    const deploy: Hub['deploy'] = async (environment, state = 'success', more = {}) => {
      const { repos } = octokit.rest;
      const { data } = await repos.createDeployment({ ...here, ref: 'main', environment });
      const deployment_id = 'id' in data ? data.id : 0;
      const status = { ...here, deployment_id, state: state as 'success', ...more };
      await repos.createDeploymentStatus(status);
      return deployment_id;
    };
    hub = { github, octokit, here, deploy };
  });
  afterEach(async () => {
    await present().github.stop();
  });
  return present;
}
