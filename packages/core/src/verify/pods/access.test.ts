import { describe, expect, test } from '@jest/globals';
import { checkSchema } from '../../config/check-schema.ts';
import { clusterAccess } from '../plan.ts';

/** What checks need, as `verb resource`; `undefined` where they look at no workload. */
function needs(...checks: readonly object[]): readonly string[] | undefined {
  const rules = clusterAccess(checks.map((check) => checkSchema.parse(check)));
  return rules?.map(({ verb, resource }) => `${verb} ${resource}`);
}

describe('the permissions of checks that look at pods', () => {
  test.each<readonly [object, readonly string[] | undefined]>([
    [{ http: { url: 'https://a.example' } }, undefined],
    [{ http: { pods: true, path: '/' } }, ['get pods/proxy']],
    [{ http: { pods: true, path: '/', method: 'HEAD' } }, ['get pods/proxy']],
    [{ http: { pods: true, path: '/', method: 'POST' } }, ['create pods/proxy']],
    [{ version: {} }, ['get pods/proxy']],
    [{ version: { pods: false, url: 'https://a.example' } }, undefined],
    [{ restarts: {} }, []],
    [{ kubernetes: {} }, ['list events', 'watch events']],
    [{ kubernetes: { warnings: 'ignore' } }, []],
  ])('%j', (check, expected) => {
    expect(needs(check)).toEqual(expected);
  });

  test('are those of all together', () => {
    const url = 'https://a.example';
    expect(needs({ http: { url } }, { restarts: {} }, { version: {} })).toEqual(['get pods/proxy']);
  });
});
