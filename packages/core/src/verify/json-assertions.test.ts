import { describe, expect, test } from '@jest/globals';
import { UserError } from '../errors.ts';
import {
  failedAssertions,
  type JsonAssertion,
  jsonAssertions,
  toJsonPath,
} from './json-assertions.ts';

const body = {
  status: 'ok',
  'build-version': '1.2',
  data: {
    items: [
      { name: 'a', ready: true },
      { name: 'b', ready: false },
    ],
    none: null,
    count: 2,
  },
  pods: [],
};

function wrong(json: Record<string, JsonAssertion['expected']>): readonly string[] {
  return failedAssertions(body, jsonAssertions(json, 'Check 1'));
}

describe('a path', () => {
  test.each([
    ['status', '$["status"]'],
    ['data.items[0].name', '$["data"]["items"][0]["name"]'],
    ['build-version', '$["build-version"]'],
    ['data.items[*].name', '$["data"]["items"][*]["name"]'],
    ['data.*.name', '$["data"].*["name"]'],
    ['[0].name', '$[0].name'],
    ['$..name', '$..name'],
  ])('%s means %s', (path, expected) => {
    expect(toJsonPath(path)).toBe(expected);
  });

  test('that is no JSONPath is refused with the place in it', () => {
    expect(() => jsonAssertions({ 'data[': 'x' }, 'Check 1')).toThrow(UserError);
    expect(() => jsonAssertions({ 'data[': 'x' }, 'Check 1')).toThrow('"data[" in json is not');
    expect(() => jsonAssertions({ '$.a b': 'x' }, 'Check 1')).toThrow('"$.a b" in json is not');
  });
});

describe('an assertion', () => {
  test('holds for the value that is there', () => {
    const json = {
      status: 'ok',
      'build-version': '1.2',
      '$.data.items[0].name': 'a',
      'data.none': null,
      'data.count': 2,
      '$.data.items[?@.name=="b"].ready': false,
    };
    expect(wrong(json)).toEqual([]);
  });

  test('that fails shows what was expected and what is there', () => {
    expect(wrong({ status: 'up' })).toEqual(['status: expected "up", got "ok"']);
    expect(wrong({ 'data.none': 'x', status: 'up' })).toEqual([
      'data.none: expected "x", got null',
      'status: expected "up", got "ok"',
    ]);
  });

  test('tells a text from a number, and what to write instead', () => {
    expect(wrong({ 'build-version': 1.2 })).toEqual([
      'build-version: expected 1.2, got "1.2" (a text: put quotes around the expected value)',
    ]);
    expect(wrong({ 'data.count': '2' })).toEqual([
      'data.count: expected "2", got 2 (a number: no quotes around the expected value)',
    ]);
  });

  test('fails when there is no such value, also for an inherited name', () => {
    expect(wrong({ 'data.version': '1' })).toEqual([
      'data.version: expected "1", but there is no such value',
    ]);
    expect(wrong({ constructor: 'x', __proto__x: 'y' })).toHaveLength(2);
  });

  test('with a wildcard holds only when it holds for all, and there is one', () => {
    expect(wrong({ 'data.items[*].ready': true })).toEqual([
      'data.items[*].ready: expected true, got false (1 of 2 values differ)',
    ]);
    expect(wrong({ 'pods[*].ready': true })).toEqual([
      'pods[*].ready: expected true, but there is no such value',
    ]);
  });

  test('shows no more of a large value than helps', () => {
    const [message = ''] = failedAssertions(
      { status: 'x'.repeat(10_000) },
      jsonAssertions({ status: 'ok' }, 'Check 1'),
    );
    expect(message.length).toBeLessThan(300);
  });
});
