import { describe, expect, test } from '@jest/globals';
import { systemClock } from '../clock.ts';
import { type CheckConfig, checkSchema } from '../config/check-schema.ts';
import { clusterAccess, createChecks, credentialsOf } from './plan.ts';
import type { Surroundings } from './probe.ts';

const context: Surroundings = {
  variables: {
    url: 'https://user:s3cret@shop.example/',
    version: '1.2.3',
    namespace: 'shop',
    environment: 'production',
    app: 'shop',
    release: undefined,
  },
  servers: {
    prometheus: 'https://prometheus.{{environment}}.example',
    alertmanager: undefined,
    elasticsearch: undefined,
  },
  live: undefined,
  before: () => undefined,
  clock: systemClock,
  workspace: '/',
};
const http = (more: object): CheckConfig =>
  checkSchema.parse({ http: { url: '{{url}}', ...more } });
const prometheus = (more: object): CheckConfig => checkSchema.parse({ prometheus: more });

describe('the checks of a verification', () => {
  test('have their variables filled in', () => {
    const [health, errors] = createChecks(
      [
        http({ url: '{{url}}/health', json: { version: '{{version}}' } }),
        prometheus({ query: 'errors{namespace="{{namespace}}"}', max: 0 }),
      ],
      context,
    );
    expect(health).toMatchObject({
      target: 'GET https://shop.example/health',
      threshold: 'HTTP 200 to 299, version = "1.2.3"',
    });
    expect(errors?.target).toBe(
      'errors{namespace="shop"} at https://prometheus.production.example/',
    );
  });

  test('have names that differ', () => {
    const checks = createChecks([http({}), http({}), http({ name: 'home' })], context);
    expect(checks.map(({ name }) => name)).toEqual([
      'GET https://shop.example/',
      'GET https://shop.example/ (2)',
      'home',
    ]);
  });

  test('are refused by their number and name when a variable is unknown', () => {
    const checks = [http({}), http({ name: 'health', url: '{{ulr}}' })];
    expect(() => createChecks(checks, context)).toThrow('Check 2 ("health") uses {{ulr}}');
  });

  test('have credentials in addresses and headers, which are all found', () => {
    const checks = [
      http({ url: 'https://a.example?token=t0ken', headers: { Authorization: 'Bearer abcd' } }),
      prometheus({
        query: 'q',
        max: 1,
        url: 'https://me:pw@p.example',
        headers: { Cookie: 'c=1' },
      }),
    ];
    expect(new Set(credentialsOf(checks, context))).toEqual(
      new Set(['s3cret', 't0ken', 'pw', 'Bearer abcd', 'abcd', 'c=1']),
    );
  });

  test('of rules fail at their first failed measurement, since they count what is in a row themselves', () => {
    const rules = checkSchema.parse({ rules: { 'failure-limit': 5 } });
    const [check] = createChecks([rules], context);
    expect(check).toMatchObject({
      failureLimit: 0,
      threshold: 'no rule is true more than 5 times in a row',
    });
  });

  test.each([
    [{ query: 'up{pod=~"{{pods}}"}' }, true],
    [{ query: 'up', 'min-requests': 1, requests: 'sum(x{pod=~"{{pods}}"})' }, true],
    [{ query: 'up', sensors: 'required' }, true],
    [{ query: 'rate(up[{{window}}])' }, false],
  ])('of Prometheus with %j look at pods: %p', (more, looks) => {
    expect(clusterAccess([prometheus({ max: 1, ...more })]) !== undefined).toBe(looks);
  });
});
