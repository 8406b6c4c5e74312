import { chmod, mkdtemp, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { clusterDirectory, makeClustersDirectory, parseState, uniqueName } from './state.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paal-state-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("a cluster's name", () => {
  test('may be the same in two checkouts, and in two temporary folders', () => {
    const names = [
      uniqueName('test', '/tmp/paal-0', '/home/me/one'),
      uniqueName('test', '/tmp/paal-0', '/home/me/two'),
      uniqueName('test', '/var/tmp/paal-0', '/home/me/one'),
    ];
    expect(new Set(names).size).toBe(3);
    expect(uniqueName('test', '/tmp/paal-0', '/home/me/one')).toBe(names[0]);
  });

  test.each(['', 'Test', 'a/b', '..', '-a', 'a-', 'a'.repeat(31)])('cannot be "%s"', (name) => {
    expect(() => clusterDirectory(name, '/tmp/paal-0')).toThrow(/cannot be a cluster's name/);
  });

  test('that needs a folder too deep for sockets is refused, with what to do', () => {
    expect(() => clusterDirectory('test', `/${'long/'.repeat(20)}`)).toThrow(/set TMPDIR/);
  });
});

describe('the folder of all clusters', () => {
  test('is for nobody else', async () => {
    const root = join(folder, 'mine');
    await makeClustersDirectory(root);
    expect((await stat(root)).mode & 0o777).toBe(0o700);
    await makeClustersDirectory(root);
  });

  test('is refused when others could write to it, or it leads elsewhere', async () => {
    const open = join(folder, 'open');
    await makeClustersDirectory(open);
    await chmod(open, 0o755);
    await expect(makeClustersDirectory(open)).rejects.toThrow(/not a folder of yours alone/);
    await symlink(join(folder, 'mine'), join(folder, 'link'));
    await expect(makeClustersDirectory(join(folder, 'link'))).rejects.toThrow(/yours alone/);
  });
});

test('a state that was cut off while it was written is none', () => {
  expect(parseState('{"name": "test", "prov')).toBeUndefined();
  expect(parseState('{}')).toBeUndefined();
  expect(parseState('')).toBeUndefined();
});
