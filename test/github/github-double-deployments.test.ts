import { describe, expect, test } from '@jest/globals';
import { type Hub, hubForEachTest } from './double-fixture.ts';

const hub = hubForEachTest();

async function states(deployment_id: number): Promise<readonly string[]> {
  const { octokit, here } = hub();
  const { data } = await octokit.rest.repos.listDeploymentStatuses({ ...here, deployment_id });
  return data.map(({ state }) => state);
}

describe('deployments', () => {
  test('a deployment has the commit of its ref, and is found by its filters, newest first', async () => {
    const { github, octokit, here, deploy } = hub();
    const sha = github.repository.commit('first');
    const first = await deploy('staging');
    const second = await deploy('staging');
    await deploy('production');
    const { data } = await octokit.rest.repos.listDeployments({ ...here, environment: 'staging' });
    expect(data.map(({ id }) => id)).toEqual([second, first]);
    expect(data[0]).toMatchObject({
      sha,
      ref: 'main',
      task: 'deploy',
      production_environment: false,
    });
    expect(data[0]).not.toHaveProperty('statuses');
  });

  test('a success makes the ones before it inactive, in the same environment only', async () => {
    const { github, deploy } = hub();
    github.repository.commit('first');
    const [first, other, failed] = [
      await deploy('staging'),
      await deploy('dev'),
      await deploy('staging', 'failure'),
    ];
    const second = await deploy('staging');
    expect(await states(first)).toEqual(['inactive', 'success']);
    expect([await states(other), await states(failed), await states(second)]).toEqual([
      ['success'],
      ['failure'],
      ['success'],
    ]);
  });

  test('production, and auto_inactive: false, leave the ones before as they are', async () => {
    const { github, deploy } = hub();
    github.repository.commit('first');
    const [production] = [await deploy('production'), await deploy('production')];
    const [staging] = [
      await deploy('staging'),
      await deploy('staging', 'success', { auto_inactive: false }),
    ];
    expect([await states(production), await states(staging)]).toEqual([['success'], ['success']]);
  });

  test('a job with an environment has one of its own, whose statuses link to the job', async () => {
    const { github, octokit, here } = hub();
    const sha = github.repository.commit('first');
    const { id } = github.beginJob({ environment: 'staging', sha, run: 42, job: 77 });
    const { data } = await octokit.rest.repos.listDeployments({ ...here, sha });
    expect(data).toMatchObject([{ id, environment: 'staging', payload: {} }]);
    const statuses = await octokit.rest.repos.listDeploymentStatuses({
      ...here,
      deployment_id: id,
    });
    expect(statuses.data[0]).toMatchObject({
      state: 'in_progress',
      log_url: 'https://github.com/paal/shop/actions/runs/42/job/77',
    });
  });

  test.each<readonly [string, (hub: Hub) => Promise<unknown>, string]>([
    [
      'an unknown ref',
      ({ octokit, here }) => octokit.rest.repos.createDeployment({ ...here, ref: 'nowhere' }),
      'No ref found for: nowhere',
    ],
    ['an unknown state', ({ deploy }) => deploy('staging', 'great'), 'Validation Failed'],
    [
      'a long description',
      ({ deploy }) => deploy('staging', 'success', { description: 'x'.repeat(141) }),
      'Validation Failed',
    ],
  ])('%s is a 422', async (_, request, message) => {
    const { github } = hub();
    github.repository.commit('first');
    await expect(request(hub())).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining(message),
    });
  });
});

describe('pages', () => {
  test('a list comes in pages with links, and octokit follows them', async () => {
    const { github, octokit, here } = hub();
    github.repository.issues.add(7);
    for (let index = 0; index < 7; index += 1) {
      await octokit.rest.issues.createComment({
        ...here,
        issue_number: 7,
        body: `comment ${index}`,
      });
    }
    const parameters = { ...here, issue_number: 7, per_page: 3 };
    const second = await octokit.rest.issues.listComments({ ...parameters, page: 2 });
    expect(second.data.map(({ body }) => body)).toEqual(['comment 3', 'comment 4', 'comment 5']);
    expect(
      [...(second.headers.link ?? '').matchAll(/[?&]page=(\d+)>; rel="(\w+)"/g)].map(
        ([, page, rel]) => `${rel} ${page}`,
      ),
    ).toEqual(['prev 1', 'next 3', 'last 3', 'first 1']);
    const all = await octokit.paginate(octokit.rest.issues.listComments, parameters);
    expect(all).toHaveLength(7);
    const whole = await octokit.rest.issues.listComments({ ...here, issue_number: 7 });
    expect(whole.headers.link).toBeUndefined();
  });
});
