import { describe, expect, test } from '@jest/globals';
import { ApiError } from '../cluster/api-error.ts';
import type { Connection, KubeRequest } from '../cluster/connection.ts';
import { readConfig } from './read-config.ts';

const PATH = '/api/v1/namespaces/shop/secrets';

/** A double of an API server with Secrets `s1`, `s2` and so on, five a page, and one of helm's. */
function server(count: number) {
  const asked: string[] = [];
  const names = Array.from({ length: count }, (_, index) => `s${index + 1}`);
  const request = async ({ path, query }: KubeRequest): Promise<unknown> => {
    const name = path.slice(PATH.length + 1);
    if (name !== '') {
      asked.push(name);
      if (!names.includes(name)) throw new ApiError('it is not there', 404, {}, undefined);
      return { apiVersion: 'v1', kind: 'Secret', metadata: { name }, data: {} };
    }
    const from = Number(query?.continue ?? 0);
    asked.push(`${query?.fieldSelector} from ${from}`);
    const items = names.slice(from, from + 5).map((one) => ({ metadata: { name: one } }));
    const rest = from + 5 < names.length ? { continue: String(from + 5) } : {};
    return { metadata: rest, items };
  };
  return { connection: { request } as unknown as Connection, asked };
}

/** What is found of the Secrets `s1` to `s<count>`: name and kind. */
async function read({ connection }: ReturnType<typeof server>, count: number) {
  const references = Array.from({ length: count }, (_, index) => {
    return { kind: 'Secret', name: `s${index + 1}`, keys: undefined, optional: false } as const;
  });
  const live = await readConfig(connection, 'shop', references, {});
  return [...live].map(([name, object]) => [name, object?.kind]);
}

describe('what pods refer to', () => {
  test('is read from a list, page by page, where it is much', async () => {
    const one = server(12);
    const found = await read(one, 13);
    expect(found).toHaveLength(13);
    expect(found.slice(11)).toEqual([
      ['Secret s12', 'Secret'],
      ['Secret s13', undefined],
    ]);
    const type = 'type!=helm.sh/release.v1';
    expect(one.asked).toEqual([`${type} from 0`, `${type} from 5`, `${type} from 10`]);
  });

  test('is read by its name where it is little', async () => {
    const one = server(1);
    expect(await read(one, 2)).toEqual([
      ['Secret s1', 'Secret'],
      ['Secret s2', undefined],
    ]);
    expect(one.asked).toEqual(['s1', 's2']);
  });
});
