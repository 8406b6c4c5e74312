import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ClusterProcesses, MARKER, parseMarked } from './processes-of.ts';

test('on macOS, a process is one of the cluster by a whole word of its environment', () => {
  const listing = `    1 /sbin/launchd
  812 etcd --name=etcd HOME=/Users/me ${MARKER}=/tmp/a-1 LANG=C
  813 etcd --name=etcd HOME=/Users/me ${MARKER}=/tmp/a-12
`;
  expect(parseMarked(listing, '/tmp/a-1')).toEqual([812]);
});

test('exactly the processes of a cluster are killed, grandchildren too', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'paal-processes-'));
  const start = (directory: string) =>
    spawn('sh', ['-c', 'sleep 60 & wait'], { env: { ...process.env, [MARKER]: directory } });
  const own = start(folder);
  const other = start(`${folder}-other`);
  await Promise.all([once(own, 'spawn'), once(other, 'spawn')]);
  const ended = once(own, 'close');
  const processes = new ClusterProcesses(folder);
  while ((await processes.killAll()).length > 0);
  const [, signal] = await ended;
  expect(signal).toBe('SIGKILL');
  expect(other.exitCode ?? other.signalCode).toBeNull();
  while ((await new ClusterProcesses(`${folder}-other`).killAll()).length > 0);
  await rm(folder, { recursive: true });
});
