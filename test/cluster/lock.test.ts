import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { processStartTime, withLock } from './lock.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paal-lock-'));
  file = join(folder, 'lock');
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** What the lock of a process that was killed looks like. */
async function deadOwner(): Promise<string> {
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  const owner = { pid: child.pid, startTime: processStartTime(child.pid ?? 0) };
  child.kill('SIGKILL');
  await once(child, 'exit');
  return JSON.stringify(owner);
}

test('one works at a time, the other waits and is told for whom', async () => {
  const seen: string[] = [];
  const waited: number[] = [];
  const gate = Promise.withResolvers<void>();
  const first = withLock(file, async () => {
    await gate.promise;
    seen.push('first');
  });
  const second = withLock(
    file,
    async () => void seen.push('second'),
    (pid) => waited.push(pid),
  );
  while (waited.length === 0) await delay(5);
  gate.resolve();
  await Promise.all([first, second]);
  expect(seen).toEqual(['first', 'second']);
  expect(waited).toEqual([process.pid]);
});

test('is released when the work fails, and leaves no file', async () => {
  await expect(withLock(file, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await withLock(file, async () => {});
  expect(await readdir(folder)).toEqual([]);
});

test('the lock of a killed process counts for nothing, nor do the drafts that it left', async () => {
  const owner = await deadOwner();
  await writeFile(file, owner);
  await writeFile(`${file}.0a1b`, owner);
  await withLock(file, async () => {});
  expect(await readdir(folder)).toEqual([]);
});

test('waiting for it can be given up', async () => {
  const gate = Promise.withResolvers<void>();
  const first = withLock(file, () => gate.promise);
  const stop = new AbortController();
  const second = withLock(
    file,
    async () => {},
    () => stop.abort(new Error('given up')),
    stop.signal,
  );
  await expect(second).rejects.toThrow('given up');
  gate.resolve();
  await first;
});
