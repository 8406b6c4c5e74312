import { describe, expect, test } from '@jest/globals';
import { ApiError } from '../cluster/api-error.ts';
import type { Connection, KubeRequest } from '../cluster/connection.ts';
import { readArchitectures } from './architectures.ts';

/** A double of an API server with two pages of nodes. */
function server(refusal?: Error): Connection {
  const request = async ({ path, query }: KubeRequest): Promise<unknown> => {
    if (refusal) throw refusal;
    if (path !== '/api/v1/nodes') throw new Error(`unexpected: ${path}`);
    const node = (name: string, arch?: string): object => ({
      metadata: { name, labels: arch ? { 'kubernetes.io/arch': arch } : {} },
    });
    return query?.continue === undefined
      ? { metadata: { continue: 'rest' }, items: [node('a', 'amd64'), node('bare')] }
      : { metadata: {}, items: [node('b', 'arm64')] };
  };
  return { request } as unknown as Connection;
}

describe('the architectures of the nodes', () => {
  test('are read from their labels, page by page', async () => {
    const found = await readArchitectures(server(), {});
    expect([...(found ?? [])]).toEqual([
      ['a', 'amd64'],
      ['b', 'arm64'],
    ]);
  });

  test('are not known to who may not read nodes, and a bug is no such answer', async () => {
    const denied = new ApiError('who may not list', 403, {}, undefined);
    expect(await readArchitectures(server(denied), {})).toBeUndefined();
    await expect(readArchitectures(server(new TypeError('oops')), {})).rejects.toThrow('oops');
  });
});
