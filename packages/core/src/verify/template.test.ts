import { describe, expect, test } from '@jest/globals';
import { fillIn, LATER, type Variables } from './template.ts';

const variables: Variables = {
  url: 'https://shop.example/',
  version: '1.2.3',
  namespace: undefined,
  environment: 'production',
  app: 'shop',
  release: '7',
};
const fill = <T>(value: T): T => fillIn(value, variables, 'Check 1');

describe('variables in a check', () => {
  test('that change while it is asked stay as they are where they may be used', () => {
    const query = 'sum(up{pod=~"{{pods}}"}) / {{version}}';
    expect(fillIn(query, variables, 'Check 1', LATER)).toBe('sum(up{pod=~"{{pods}}"}) / 1.2.3');
    expect(() => fill(query)).toThrow('Check 1 uses {{pods}}, which does not exist');
  });

  test('are replaced in every text, and in the names of records', () => {
    expect(
      fill({
        http: { url: '{{url}}/api/health', json: { 'apps.{{ environment }}': '{{version}}' } },
        status: [200, 204],
        nothing: undefined,
      }),
    ).toEqual({
      http: { url: 'https://shop.example/api/health', json: { 'apps.production': '1.2.3' } },
      status: [200, 204],
      nothing: undefined,
    });
  });

  test('leave PromQL and JSONPath as they are', () => {
    const query = 'sum by (pod) (up{app="shop",version="{{version}}"})';
    expect(fill(query)).toBe('sum by (pod) (up{app="shop",version="1.2.3"})');
    expect(fill("$['{'][0]")).toBe("$['{'][0]");
  });

  test('that do not exist are named with the nearest that does', () => {
    expect(() => fill('{{verison}}')).toThrow(
      'Check 1 uses {{verison}}, which does not exist. Did you mean "version"? There are: url, version, namespace, environment, app, release.',
    );
    expect(() => fill('{{constructor}}')).toThrow('does not exist');
    expect(() => fill('{{}}')).toThrow('does not exist');
  });

  test('without a value are refused with what gives them one', () => {
    expect(() => fill('{{namespace}}')).toThrow(
      'Check 1 uses {{namespace}}, which has no value: set the input "namespace"',
    );
  });

  test('are not replaced twice', () => {
    const tricky = { ...variables, version: '{{url}}' };
    expect(fillIn('{{version}}', tricky, 'Check 1')).toBe('{{url}}');
  });
});
