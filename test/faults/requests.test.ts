import { describe, expect, test } from '@jest/globals';
import { openWatches, type RecordedRequest, requestInfo } from './requests.ts';

describe('a request is read as the API server reads it:', () => {
  test.each([
    ['GET', '/api/v1/namespaces/shop/pods', 'list', 'pods'],
    ['GET', '/api/v1/namespaces/shop/pods?watch=true', 'watch', 'pods'],
    ['GET', '/api/v1/namespaces/shop/pods?watch=0', 'list', 'pods'],
    ['GET', '/api/v1/namespaces/shop/pods/web-1', 'get', 'pods'],
    ['GET', '/api/v1/namespaces/shop/pods/web-1/log?follow=true', 'get', 'pods/log'],
    ['GET', '/api/v1/namespaces/shop/services/web:80/proxy/health', 'get', 'services/proxy'],
    ['GET', '/apis/apps/v1/deployments', 'list', 'deployments'],
    ['POST', '/apis/apps/v1/namespaces/shop/deployments', 'create', 'deployments'],
    ['PUT', '/apis/apps/v1/namespaces/shop/deployments/web', 'update', 'deployments'],
    ['PATCH', '/apis/apps/v1/namespaces/shop/deployments/web', 'patch', 'deployments'],
    ['DELETE', '/api/v1/namespaces/shop/pods/web-1', 'delete', 'pods'],
    ['DELETE', '/api/v1/namespaces/shop/pods', 'deletecollection', 'pods'],
    ['GET', '/api/v1/namespaces/shop', 'get', 'namespaces'],
    ['GET', '/apis/apps/v1', 'get', ''],
    ['GET', '/version', 'get', ''],
  ])('%s %s', (method, url, verb, resource) => {
    expect(requestInfo(method, url)).toMatchObject({ verb, resource });
  });

  test('with group, namespace and name', () => {
    const info = requestInfo('GET', '/apis/apps/v1/namespaces/shop/deployments/web');
    expect(info).toMatchObject({ group: 'apps', namespace: 'shop', name: 'web' });
  });

  test('with the name that a field selector asks for', () => {
    const url = '/api/v1/namespaces/shop/pods?watch=true&fieldSelector=metadata.name%3Dweb-1';
    expect(requestInfo('GET', url)).toMatchObject({ verb: 'watch', name: 'web-1' });
  });
});

test('open watches are those that have not been closed', () => {
  const record = (url: string, closedAt?: number): RecordedRequest => ({
    ...requestInfo('GET', url),
    openedAt: 0,
    faults: [],
    ...(closedAt === undefined ? {} : { closedAt }),
  });
  const open = record('/api/v1/pods?watch=true');
  const others = [record('/api/v1/pods?watch=true', 1), record('/api/v1/pods')];
  expect(openWatches([open, ...others])).toEqual([open]);
});
