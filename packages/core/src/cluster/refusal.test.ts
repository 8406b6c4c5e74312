import { describe, expect, test } from '@jest/globals';
import { hasCode, isTransient, UnreachableError } from './api-error.ts';
import { conflictsOf } from './apply.ts';
import { apiError } from './refusal.ts';

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

  test('that is plain text is shown as it is', () => {
    expect(apiError('list pods', 429, 'Too many requests.\n', undefined, '1')).toMatchObject({
      message: 'The API server refused to list pods (429): Too many requests.',
      retryAfter: 1_000,
    });
  });

  test('that is no object is shown as it is', () => {
    expect(apiError('list pods', 500, 'null', undefined, undefined).message).toContain('null');
  });

  test.each([
    ['<html><head><title>502 Bad\n Gateway</title></head></html>', ' ("502 Bad Gateway")'],
    ['\r\n<!DOCTYPE html><body><h1 class="x">Denied</h1></body>', ' ("Denied")'],
    ['<html></html>', ''],
  ])('that is a page for people did not come from the API server', (page, title) => {
    const error = apiError('list pods', 502, page, undefined, '2');
    expect(error).toBeInstanceOf(UnreachableError);
    expect(error.retryAfter).toBe(2_000);
    expect(error.message).toBe(
      'The API server could not be asked to list pods: HTTP 502 from something between this ' +
        `runner and the API server${title}.`,
    );
  });

  test('as a page is neither a missing object nor a missing permission', () => {
    for (const code of [403, 404]) {
      const error = apiError('read pod/web', code, '<html>', undefined, undefined);
      expect(hasCode(error, code)).toBe(false);
      expect(error.message).not.toContain('Role');
    }
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
