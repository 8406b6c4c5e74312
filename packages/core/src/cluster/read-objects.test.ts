import { describe, expect, test } from '@jest/globals';
import { ApiError } from './api-error.ts';
import type { Connection, KubeRequest } from './connection.ts';
import { type KubeObject, RESOURCES } from './object.ts';
import { readObjects } from './read-objects.ts';

const THERE = ['api', 'cart', 'web'];
const PATH = '/apis/apps/v1/namespaces/shop/deployments';

/** A double of an API server with three Deployments, two a page; `code` refuses every list after `pages`. */
function server(code?: number, pages = 0) {
  const asked: string[] = [];
  const refusal = (status: number) => new ApiError('refused', status, {}, undefined);
  const request = async ({ path, query = {} }: KubeRequest): Promise<unknown> => {
    const name = path.slice(PATH.length + 1);
    asked.push(name === '' ? `list ${query.continue ?? ''}`.trim() : name);
    const bare = (one: string): object => ({ metadata: { name: one } });
    if (name !== '') {
      if (!THERE.includes(name)) throw refusal(404);
      return { apiVersion: 'apps/v1', kind: 'Deployment', ...bare(name) };
    }
    if (code !== undefined && asked.length > pages) throw refusal(code);
    return query.continue === undefined
      ? { metadata: { continue: 'rest' }, items: THERE.slice(0, 2).map(bare) }
      : { metadata: {}, items: THERE.slice(2).map(bare) };
  };
  return { connection: { request } as unknown as Connection, asked };
}

async function read(
  { connection }: ReturnType<typeof server>,
  names: readonly string[],
): Promise<ReadonlyMap<string, KubeObject>> {
  return await readObjects(connection, RESOURCES.deployments, 'shop', names, {});
}

describe('the objects of some names', () => {
  test('are picked from one list, page by page, as objects of their kind', async () => {
    const one = server();
    const found = await read(one, ['web', 'api', 'gone']);
    expect([...found.keys()]).toEqual(['api', 'web']);
    expect(found.get('web')).toMatchObject({ apiVersion: 'apps/v1', kind: 'Deployment' });
    expect(one.asked).toEqual(['list', 'list rest']);
  });

  test('are read by their names where there is one, or nobody may list', async () => {
    const one = server();
    expect([...(await read(one, ['web'])).keys()]).toEqual(['web']);
    expect([...(await read(one, ['gone'])).keys()]).toEqual([]);
    expect(one.asked).toEqual(['web', 'gone']);
    const denied = server(403);
    expect([...(await read(denied, ['web', 'gone', 'api'])).keys()]).toEqual(['web', 'api']);
    expect(denied.asked).toEqual(['list', 'web', 'gone', 'api']);
  });

  test('are read by their names where the rest of the list has expired', async () => {
    const late = server(410, 1);
    expect([...(await read(late, ['web', 'api'])).keys()]).toEqual(['web', 'api']);
    expect(late.asked).toEqual(['list', 'list rest', 'web', 'api']);
  });

  test('are not read where the server fails', async () => {
    await expect(read(server(500), ['web', 'api'])).rejects.toThrow('refused');
  });
});
