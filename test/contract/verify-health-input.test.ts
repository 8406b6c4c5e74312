import { describe, expect, test } from '@jest/globals';
import { verify, workspaceWith } from './verify-health-fixture.ts';

describe("paal/verify-health's input", () => {
  const http = '- http: { url: "https://shop.example" }';

  test.each<[string, Readonly<Record<string, string>>, string]>([
    ['no check', {}, 'There is nothing to verify: give the input "checks"'],
    ['checks that are no list', { checks: 'http: {}' }, 'write a list of checks'],
    [
      'an unknown type',
      { checks: '- htp: { url: "https://shop.example" }' },
      'The input "checks":1:3: unknown key "htp" (0). Did you mean "http"?',
    ],
    [
      'an unknown key',
      { checks: '- http:\n    url: "https://shop.example"\n    sucesses: 3' },
      'The input "checks":3:5: unknown key "sucesses" (0.http). Did you mean "successes"?',
    ],
    ['YAML that is none', { checks: '- http: [' }, 'not valid YAML'],
    ['a query without threshold', { checks: '- prometheus: { query: up }' }, 'needs a threshold'],
    [
      'thresholds that exclude each other',
      { checks: '- prometheus: { query: up, min: 2, max: 1 }' },
      'min is above max',
    ],
    [
      'a query without a server',
      { checks: '- prometheus: { query: up, min: 1 }' },
      'does not know where Prometheus is',
    ],
    ['an address without scheme', { checks: '- http: { url: shop.example }' }, 'https://'],
    [
      'HEAD with json',
      { checks: '- http: { url: "https://shop.example", method: HEAD, json: { a: 1 } }' },
      'the answer to HEAD has no body',
    ],
    ['a malformed duration', { checks: http, duration: '5 minutes' }, 'is not a duration'],
    [
      'an interval beyond the duration',
      { checks: http, interval: '5s' },
      'longer than the duration',
    ],
    [
      'more successes than fit',
      { checks: '- http: { url: "https://shop.example", successes: 50 }' },
      'needs 50 successes in a row, but only 11',
    ],
    [
      'an unknown variable',
      { checks: '- http: { url: "{{ulr}}" }' },
      'uses {{ulr}}, which does not exist. Did you mean "url"?',
    ],
    [
      'a variable without value',
      { checks: '- http: { url: "{{url}}" }' },
      'uses {{url}}, which has no value: set the input "url"',
    ],
    ['an unknown environment', { checks: http, environment: 'prod' }, 'no environment "prod"'],
    ['an unknown policy', { checks: http, 'on-error': 'ignore' }, 'write one of fail, pass'],
    [
      'a rollback without a release',
      { checks: http, 'on-failure': 'rollback' },
      'on-failure is rollback, and there is no release to take back',
    ],
    [
      'a rollback for what is not known alone',
      { checks: http, release: '1', 'on-inconclusive': 'rollback' },
      'on-inconclusive is rollback, and on-failure is none',
    ],
    ['a summary that is no boolean', { checks: http, summary: 'no' }, 'write true or false'],
  ])('%s is refused before anything is asked', async (_, inputs, message) => {
    const step = await verify(inputs);
    expect(step.exitCode).toBe(1);
    expect(step.errors).toEqual([expect.stringContaining(message)]);
    expect(step.outputs).toMatchObject({
      status: 'error',
      'failed-check': '',
      'rolled-back': 'not-needed',
      'rolled-back-to': '',
      report: '',
    });
    expect(step.log).not.toContain('Unexpected error');
  });

  test('a mistake in the checks of paal.yaml is annotated on its line', async () => {
    const workspace = await workspaceWith(
      'verify:\n  checks:\n    - http: { ulr: "https://a.example" }\n',
    );
    const step = await verify({}, { workspace });
    expect(step.log).toMatch(/^::error file=paal\.yaml,line=3,col=\d+::/m);
  });
});
