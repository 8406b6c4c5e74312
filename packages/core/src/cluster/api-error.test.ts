import { describe, expect, test } from '@jest/globals';
import { accessRuleOf, apiError, isTransient, rbacRules } from './api-error.ts';
import { conflictsOf } from './apply.ts';

describe('the permission that a request needs', () => {
  test.each([
    ['GET', '/api/v1/namespaces/shop/pods', {}, { group: '', resource: 'pods', verb: 'list' }],
    [
      'GET',
      '/api/v1/namespaces/shop/pods',
      { watch: 'true' },
      { group: '', resource: 'pods', verb: 'watch' },
    ],
    ['GET', '/api/v1/namespaces/shop/pods/web-1', {}, { group: '', resource: 'pods', verb: 'get' }],
    [
      'GET',
      '/api/v1/namespaces/shop/pods/web-1/log',
      {},
      { group: '', resource: 'pods/log', verb: 'get' },
    ],
    [
      'PATCH',
      '/apis/apps/v1/namespaces/shop/deployments/web',
      {},
      { group: 'apps', resource: 'deployments', verb: 'patch' },
    ],
    [
      'POST',
      '/api/v1/namespaces/shop/configmaps',
      {},
      { group: '', resource: 'configmaps', verb: 'create' },
    ],
    ['PATCH', '/api/v1/namespaces/shop', {}, { group: '', resource: 'namespaces', verb: 'patch' }],
  ])('%s %s', (method, path, query, expected) => {
    expect(accessRuleOf(method, path, query)).toEqual(expected);
  });

  test('is written as rules to paste, one a resource', () => {
    const rules = rbacRules([
      { group: 'apps', resource: 'deployments', verb: 'get' },
      { group: 'apps', resource: 'deployments', verb: 'patch' },
      { group: '', resource: 'pods', verb: 'watch' },
    ]);
    expect(rules).toBe(
      '- {"apiGroups":["apps"],"resources":["deployments"],"verbs":["get","patch"]}\n' +
        '- {"apiGroups":[""],"resources":["pods"],"verbs":["watch"]}',
    );
  });
});

describe("the API server's refusal", () => {
  const answer = (code: number, status: object, retryAfter?: string) =>
    apiError(
      'apply deployment/web',
      code,
      JSON.stringify(status),
      { group: 'apps', resource: 'deployments', verb: 'patch' },
      retryAfter,
    );

  test('says what was tried and what the server said', () => {
    expect(answer(422, { message: 'spec.replicas: Invalid value: -1' }).message).toBe(
      'The API server refused to apply deployment/web (422): spec.replicas: Invalid value: -1.',
    );
  });

  test('of a permission ends with the rule to add', () => {
    expect(answer(403, { message: 'forbidden' }).message).toContain(
      '"resources":["deployments"],"verbs":["patch"]',
    );
  });

  test('that is not JSON is shown as it is', () => {
    expect(
      apiError('list pods', 502, '<html>Bad Gateway</html>', undefined, undefined).message,
    ).toContain('<html>Bad Gateway');
  });

  test('carries how long to wait', () => {
    expect(answer(429, {}, '3').retryAfter).toBe(3_000);
    expect(answer(429, { details: { retryAfterSeconds: 2 } }).retryAfter).toBe(2_000);
  });

  test.each([
    [429, '', true],
    [503, '', true],
    [500, 'etcdserver: leader changed', true],
    [500, 'failed to create typed patch object: field not declared in schema', false],
    [409, '', false],
    [403, '', false],
  ])('%i "%s" is transient: %s', (code, message, expected) => {
    expect(isTransient(answer(code, { message }))).toBe(expected);
  });

  test('of an apply names each conflict with field and manager', () => {
    const causes = [
      {
        reason: 'FieldManagerConflict',
        message: 'conflict with "hpa" using autoscaling/v2',
        field: '.spec.replicas',
      },
    ];
    expect(conflictsOf(answer(409, { details: { causes } }))).toEqual([
      { manager: 'hpa', field: 'spec.replicas' },
    ]);
    expect(conflictsOf(answer(409, { reason: 'AlreadyExists' }))).toEqual([]);
  });
});
