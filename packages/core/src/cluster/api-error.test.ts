import { describe, expect, test } from '@jest/globals';
import {
  ApiError,
  accessRuleOf,
  mayHaveTakenEffect,
  rbacRules,
  UnreachableError,
} from './api-error.ts';

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

describe('a write that failed', () => {
  const refused = (code: number, message = '') => new ApiError(message, code, {}, undefined);

  test.each([
    ['without a connection', new UnreachableError('', 'not-sent'), false],
    ['whose answer was lost', new UnreachableError('', 'broken'), true],
    ['without an answer', new UnreachableError('', 'unanswered'), true],
    ['at a load balancer', new UnreachableError('', 'intercepted'), true],
    ['for etcd', refused(500, 'etcdserver: request timed out'), true],
    ['in time', refused(504), true],
    ['for too many requests', refused(429), false],
    ['for bad input', refused(500, 'failed to create typed patch object'), false],
    ['for a conflict', refused(409), false],
  ])('%s', (_, error, expected) => {
    expect(mayHaveTakenEffect(error)).toBe(expected);
  });
});
