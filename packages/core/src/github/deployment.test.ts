import { describe, expect, test } from '@jest/globals';
import {
  deploymentOf,
  deploymentRequest,
  isOfJob,
  isOurs,
  stateOfRollback,
  stateOfRollout,
  statusRequest,
} from './deployment.ts';

const RUN = 'https://github.com/paal/shop/actions/runs/42';
const PLACE = { app: 'shop', environment: 'staging', url: 'https://s.example', run: RUN };
const RELEASE = { task: 'deploy', release: 7, version: 'v1.2', commit: 'c0ffee' } as const;
const status = (log_url: string, state = 'in_progress') => ({ state, log_url });

describe('a deployment', () => {
  test('is of the commit, says what it is, and is stopped by no check', () => {
    expect(deploymentRequest(RELEASE, PLACE)).toEqual({
      ref: 'c0ffee',
      task: 'deploy',
      environment: 'staging',
      description: 'Release 7 of shop (v1.2)',
      payload: { app: 'shop', release: 7, run: RUN },
      required_contexts: [],
      auto_merge: false,
    });
  });

  test.each([
    ['a rollback', { ...RELEASE, task: 'rollback' as const }, 'Back to release 7 of shop (v1.2)'],
    [
      'a part',
      { ...RELEASE, task: 'rollback' as const, part: ['deployment/web'] },
      'Back to release 7 of shop (v1.2), only deployment/web',
    ],
    ['a version that is the commit', { ...RELEASE, version: 'c0ffee' }, 'Release 7 of shop'],
    ['no version', { ...RELEASE, version: '' }, 'Release 7 of shop'],
  ])('of %s has its own description', (_, what, description) => {
    expect(deploymentRequest(what, PLACE)).toMatchObject({ description });
  });

  test('is found by app, environment and release, the newest of them', () => {
    const one = (id: number, payload: unknown, environment = 'staging') => ({
      id,
      environment,
      payload,
    });
    const ours = { app: 'shop', release: 7, run: RUN };
    const found = [
      one(9, {}),
      one(8, { ...ours, app: 'other' }),
      one(7, ours, 'production'),
      one(6, { ...ours, release: 8 }),
      one(5, JSON.stringify({ ...ours, run: 'another' })),
      one(4, ours),
    ];
    expect(deploymentOf(found, PLACE, 7)?.id).toBe(5);
    expect(deploymentOf(found, PLACE, 7, RUN)?.id).toBe(4);
    expect(deploymentOf(found, PLACE, 1)).toBeUndefined();
  });

  test.each([
    ['an empty payload', {}, false],
    ['a payload of somebody else', { app: 'shop' }, false],
    ['a text that is no JSON', 'made by hand', false],
    ['ours', { app: 'shop', release: 1, run: RUN }, true],
  ])('with %s: is it ours?', (_, payload, expected) => {
    expect(isOurs({ id: 1, environment: 'staging', payload })).toBe(expected);
  });
});

describe('a status', () => {
  test('links to the run, and of a success to the environment', () => {
    expect(statusRequest('success', 'It serves', PLACE)).toEqual({
      state: 'success',
      description: 'It serves',
      log_url: RUN,
      environment_url: 'https://s.example',
    });
    expect(statusRequest('failure', 'x', PLACE)).not.toHaveProperty('environment_url');
    const nowhere = { ...PLACE, url: undefined };
    expect(statusRequest('success', 'x', nowhere)).not.toHaveProperty('environment_url');
  });

  test('has one line of at most 140 characters', () => {
    const { description } = statusRequest('failure', `a\n${'😀'.repeat(200)}`, PLACE) as {
      readonly description: string;
    };
    expect([...description]).toHaveLength(140);
    expect(description).toMatch(/^a 😀+…$/u);
  });

  test.each([
    ['succeeded', 'success'],
    ['failed', 'failure'],
    ['timed-out', 'failure'],
    ['superseded', 'inactive'],
    ['cancelled', 'error'],
    ['unknown', 'error'],
    ['progressing', 'error'],
  ] as const)('of a rollout that %s is %s', (rollout, expected) => {
    expect(stateOfRollout(rollout)).toBe(expected);
  });

  test.each([
    ['succeeded', '', 'success'],
    ['failed', 'CrashLoop', 'failure'],
    ['failed', 'APIServerUnavailable', 'error'],
    ['failed', 'Superseded', 'inactive'],
    ['cancelled', 'Cancelled', 'error'],
  ] as const)('of a rollback that %s (%s) is %s', (rollback, reason, expected) => {
    expect(stateOfRollback(rollback, reason)).toBe(expected);
  });
});

describe('the deployment that GitHub records for a job with an environment', () => {
  const job = { run: RUN, checkRunId: '77' };
  const unknown = { run: RUN, checkRunId: undefined };

  test.each([
    ['a link to the job', `${RUN}/job/77`, true],
    ['a link to a step of it', `${RUN}/job/77#step:3:1`, true],
    [
      'the link of older servers',
      'https://ghes.example/paal/shop/runs/77?check_suite_focus=true',
      true,
    ],
    ['a link to another job', `${RUN}/job/771`, false],
    ['a link to a run of that number', 'https://github.com/paal/shop/actions/runs/77', false],
    ['no link', '', false],
  ])('is known by %s', (_, url, expected) => {
    expect(isOfJob([status(url)], job)).toBe(expected);
  });

  test('is known by one of its statuses', () => {
    expect(isOfJob([status(''), status(`${RUN}/job/77`, 'queued')], job)).toBe(true);
    expect(isOfJob([], job)).toBe(false);
  });

  test.each([
    ['the run, while its job is in progress', status(`${RUN}/job/5`), true],
    ['not by a job of it that has ended', status(`${RUN}/job/5`, 'success'), false],
    ['not by another run', status(`${RUN}1/job/5`), false],
  ])('is known by %s, where the runner does not tell its job', (_, one, expected) => {
    expect(isOfJob([one], unknown)).toBe(expected);
    expect(isOfJob([], unknown)).toBe(false);
  });
});
