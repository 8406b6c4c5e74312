import { afterEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '../clock.ts';
import { NO_RECORD } from '../github/record.ts';
import { openDeploymentRecord } from './deployment-record.ts';
import { currentRun } from './run.ts';
import { redact } from './secrets.ts';

const TOKEN = 'a-token-of-no-known-form';
const INPUT = 'INPUT_GITHUB-TOKEN';

afterEach(() => {
  delete process.env[INPUT];
});

function open(token: string, name: string, repository = 'paal/shop') {
  process.env[INPUT] = token;
  const run = currentRun({ GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: '42' });
  const { signal } = new AbortController();
  const environment = { name, url: undefined };
  return openDeploymentRecord({ app: 'shop', environment, run, clock: systemClock, signal }, {});
}

describe('the record of deployments', () => {
  test.each([
    ['without a token', '', 'staging', 'paal/shop'],
    ['where nobody says the environment', TOKEN, '', 'paal/shop'],
    ['outside of GitHub', TOKEN, 'staging', ''],
  ])('is none %s', (_, token, environment, repository) => {
    expect(open(token, environment, repository)).toBe(NO_RECORD);
  });

  test('is there with both, and the token is masked', () => {
    expect(open(TOKEN, 'staging')).not.toBe(NO_RECORD);
    expect(redact(`bad ${TOKEN}`)).toBe('bad ***');
  });
});
