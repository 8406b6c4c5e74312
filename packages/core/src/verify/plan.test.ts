import { describe, expect, test } from '@jest/globals';
import { type CheckConfig, checkSchema } from '../config/schema.ts';
import { type CheckContext, createChecks, credentialsOf } from './plan.ts';

const context: CheckContext = {
  variables: {
    url: 'https://user:s3cret@shop.example/',
    version: '1.2.3',
    namespace: 'shop',
    environment: 'production',
  },
  prometheusUrl: 'https://prometheus.{{environment}}.example',
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
});
