import { describe, expect, test } from '@jest/globals';
import { appOfRepository, checkAppName } from './release.ts';

describe("the app's name", () => {
  test("defaults to the repository's", () => {
    expect(appOfRepository('Acme/My_Shop.App')).toBe('my-shop-app');
  });

  test.each(['Shop', 'a b', '-x', 'x'.repeat(51)])('"%s" is refused', (name) => {
    expect(() => checkAppName(name)).toThrow('cannot be used for the release ledger');
  });
});
