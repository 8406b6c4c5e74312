import { expect, test } from '@jest/globals';
import type { Variables } from '../template.ts';
import { smokeEnvironment } from './environment.ts';

const VARIABLES: Variables = {
  url: 'https://shop.example',
  version: '1.2.3',
  namespace: 'shop',
  environment: undefined,
  app: 'shop',
  release: '7',
};

test('a command has what a step has, and nothing of what the action alone has', () => {
  const environment = {
    PATH: '/bin',
    HOME: '/home/runner',
    KUBECONFIG: '/tmp/kubeconfig',
    GITHUB_SHA: 'abc',
    RUNNER_TRACKING_ID: 'github_1',
    API_TOKEN: 'of the job',
    EMPTY: undefined,
    INPUT_CHECKS: 'secret',
    'INPUT_ALERTMANAGER-URL': 'secret',
    STATE_lease: 'secret',
    ACTIONS_RUNTIME_TOKEN: 'secret',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'secret',
    GITHUB_OUTPUT: '/tmp/output',
    GITHUB_STATE: '/tmp/state',
    GITHUB_ENV: '/tmp/env',
    GITHUB_PATH: '/tmp/path',
    GITHUB_STEP_SUMMARY: '/tmp/summary',
  };
  expect(smokeEnvironment(environment, VARIABLES, {})).toEqual({
    PATH: '/bin',
    HOME: '/home/runner',
    KUBECONFIG: '/tmp/kubeconfig',
    GITHUB_SHA: 'abc',
    RUNNER_TRACKING_ID: 'github_1',
    API_TOKEN: 'of the job',
    PAAL_URL: 'https://shop.example',
    PAAL_VERSION: '1.2.3',
    PAAL_NAMESPACE: 'shop',
  });
});

test('what the check sets wins', () => {
  const own = { PAAL_URL: 'https://other.example', INPUT_X: 'mine' };
  expect(smokeEnvironment({ PAAL_URL: 'old' }, VARIABLES, own)).toMatchObject(own);
});
