import { expect, test } from '@jest/globals';
import { chooseProvider } from './requirements.ts';

function machine(namespaces: boolean, kind: boolean) {
  return { namespaces: async () => namespaces, kind: async () => kind };
}

test.each([
  [true, true, 'local'],
  [true, false, 'local'],
  [false, true, 'kind'],
  [false, false, 'kwok'],
] as const)('with root on Linux %s and kind %s, it is %s', async (namespaces, kind, provider) => {
  expect(await chooseProvider({}, machine(namespaces, kind))).toBe(provider);
});

test('what the user asks for comes first', async () => {
  const able = machine(true, true);
  expect(await chooseProvider({ provider: 'kwok' }, able)).toBe('kwok');
  expect(await chooseProvider({ context: 'staging' }, able)).toBe('context');
  await expect(chooseProvider({ provider: 'context' }, able)).rejects.toThrow('--context NAME');
});
