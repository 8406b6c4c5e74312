import { describe, expect, test } from '@jest/globals';
import { ApiError } from './api-error.ts';
import type { KubeRequest } from './connection.ts';
import type { KubeObject } from './object.ts';
import { isInEffect, mayBeRefusedForFirst, writtenPath } from './repeat.ts';

const CONFIG_MAPS = '/api/v1/namespaces/shop/configmaps';

function write(method: KubeRequest['method'], body?: unknown, path = `${CONFIG_MAPS}/one`) {
  return { method, path, body, purpose: 'write' } satisfies KubeRequest;
}

function configMap(data: Readonly<Record<string, string>>, metadata: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'one', uid: 'uid-1', resourceVersion: '7', ...metadata },
    data,
  };
}

describe('a repeated write', () => {
  test.each([
    ['POST', 409, true],
    ['PUT', 409, true],
    ['PATCH', 409, true],
    ['PATCH', 422, true],
    ['DELETE', 404, true],
    ['DELETE', 409, true],
    ['PATCH', 404, false],
    ['POST', 422, false],
    ['DELETE', 403, false],
    ['GET', 404, false],
  ] as const)(
    '%s that is refused with %i may be so for the first: %s',
    (method, code, expected) => {
      const error = new ApiError('refused', code, {}, undefined);
      expect(mayBeRefusedForFirst(write(method), error)).toBe(expected);
    },
  );

  test('that stores nothing is not refused for the first', () => {
    const error = new ApiError('refused', 409, {}, undefined);
    const rehearsed = { ...write('POST'), query: { dryRun: 'All' } };
    expect(mayBeRefusedForFirst(rehearsed, error)).toBe(false);
  });

  test('is compared with the object that it is about', () => {
    expect(writtenPath(write('PATCH'))).toBe(`${CONFIG_MAPS}/one`);
    const created = write('POST', configMap({}), CONFIG_MAPS);
    expect(writtenPath(created)).toBe(`${CONFIG_MAPS}/one`);
  });
});

describe('a write is in effect', () => {
  const patch = (...operations: readonly object[]) => write('PATCH', operations);
  const replaced = patch(
    { op: 'test', path: '/data/a', value: '1' },
    { op: 'replace', path: '/data/a', value: '2' },
  );
  const annotate = patch({
    op: 'add',
    path: '/metadata/annotations/paal.dev~1release',
    value: '3',
  });

  test.each([
    ['a patch whose values are there', replaced, configMap({ a: '2' }), true],
    ['a patch of which something else is there', replaced, configMap({ a: '3' }), false],
    [
      'an added key with a slash',
      annotate,
      configMap({}, { annotations: { 'paal.dev/release': '3' } }),
      true,
    ],
    ['a key that was not added', annotate, configMap({}), false],
    ['a removed key', patch({ op: 'remove', path: '/data/a' }), configMap({}), true],
    ['a key that is there', patch({ op: 'remove', path: '/data/a' }), configMap({ a: '1' }), false],
    [
      'an item at the end of a list',
      patch({ op: 'add', path: '/metadata/finalizers/-', value: 'x' }),
      configMap({}, { finalizers: ['w', 'x'] }),
      true,
    ],
    [
      'a patch that only tests',
      patch({ op: 'test', path: '/data/a', value: '1' }),
      configMap({ a: '1' }),
      false,
    ],
    ['what was created', write('POST', configMap({ a: '1' })), configMap({ a: '1', b: '2' }), true],
    [
      'what somebody else created',
      write('POST', configMap({ a: '1' })),
      configMap({ a: '2' }),
      false,
    ],
    [
      'what was replaced at a version',
      write('PUT', configMap({ a: '1' }, { resourceVersion: '6' })),
      configMap({ a: '1' }),
      true,
    ],
    [
      'a merge patch that takes a key out',
      write('PATCH', { data: { a: null, b: '1' } }),
      configMap({ b: '1' }),
      true,
    ],
    [
      'a merge patch that has not taken a key out',
      write('PATCH', { data: { a: null } }),
      configMap({ a: '1' }),
      false,
    ],
    [
      'a list of which there is more',
      write('PATCH', { metadata: { finalizers: ['w'] } }),
      configMap({}, { finalizers: ['w', 'x'] }),
      false,
    ],
    [
      'an item that is not in the list',
      patch({ op: 'add', path: '/metadata/finalizers/-', value: 'y' }),
      configMap({}, { finalizers: ['w', 'x'] }),
      false,
    ],
    ['an empty map', write('POST', configMap({}, { labels: {} })), configMap({}), true],
    ['what was deleted', write('DELETE'), undefined, true],
    ['what is still there', write('DELETE'), configMap({}), false],
    ['what is there under another UID', withUid('uid-0'), configMap({}), true],
    ['what is there under the same UID', withUid('uid-1'), configMap({}), false],
    ['what is gone', replaced, undefined, false],
  ] as const)('%s', (_, request, live, expected) => {
    expect(isInEffect(request, live)).toBe(expected);
  });

  function withUid(uid: string): KubeRequest {
    return write('DELETE', { preconditions: { uid } });
  }
});
