import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { ApiError } from '../cluster/api-error.ts';
import type { Connection, KubeRequest } from '../cluster/connection.ts';
import type { KubeObject } from '../cluster/object.ts';
import { openLedger } from './ledger.ts';
import type { ReleaseContent } from './release.ts';

const ORIGIN = { version: '', run: 'local', commit: '', actor: '', migrationVersion: '' };
const COLLECTION = '/api/v1/namespaces/shop/configmaps';

/** Whether labels are what a selector such as `a=b,c` asks for; of the forms, those that are used here. */
function matches({ metadata: { labels = {} } }: KubeObject, selector: string): boolean {
  return selector.split(',').every((term) => {
    const [label = '', value] = term.split('=');
    return value === undefined ? label in labels : labels[label] === value;
  });
}

/**
 * A double of the part of the API server that keeps ConfigMaps.
 * @param refuse gives the error with which a write of that name is refused
 * @param keep gives the error with which its removal is refused
 */
function configMaps(
  refuse: (name: string) => Error | undefined = () => undefined,
  keep: (name: string) => Error | undefined = () => undefined,
) {
  const notices: string[] = [];
  const objects = new Map<string, KubeObject>();
  const answer = ({ method, path, query, body }: KubeRequest): object => {
    const name = path.slice(COLLECTION.length + 1);
    if (method === 'POST') {
      const object = body as KubeObject;
      const refusal = refuse(object.metadata.name);
      if (refusal) throw refusal;
      if (objects.has(object.metadata.name)) throw new ApiError('it exists', 409, {}, undefined);
      objects.set(object.metadata.name, object);
      return object;
    }
    const kept = method === 'DELETE' ? keep(name) : undefined;
    if (kept) throw kept;
    if (method === 'DELETE') objects.delete(name);
    if (method === 'GET' && name === '') {
      const selector = query?.labelSelector ?? '';
      return { items: [...objects.values()].filter((one) => matches(one, selector)) };
    }
    const found = objects.get(name);
    if (method === 'GET' && !found) throw new ApiError('it is not there', 404, {}, undefined);
    return found ?? {};
  };
  const connection: Partial<Connection> = {
    request: async <T>(request: KubeRequest) => answer(request) as T,
  };
  return {
    ledger: openLedger(connection as Connection, 'shop', 'shop', (text) => notices.push(text)),
    notices,
    names: () => [...objects.keys()],
    objects,
  };
}

/** What takes three ConfigMaps: a head, and two parts. */
function large(): ReleaseContent {
  const value = randomBytes(600 * 1024).toString('base64');
  const env = [{ name: 'NOISE', value }];
  return {
    workloads: [
      {
        workload: { kind: 'Deployment', namespace: 'shop', name: 'web' },
        template: { spec: { containers: [{ name: 'web', env }] } },
      },
    ],
    objects: [],
  };
}

const SMALL: ReleaseContent = { workloads: [], objects: [] };

describe('a release in parts', () => {
  test('is written with its head last, and read from all of it', async () => {
    const { ledger, names } = configMaps();
    const content = large();
    const release = await ledger.create('started', content, ORIGIN);
    expect(names()).toEqual(['paal.shop.1.1', 'paal.shop.1.2', 'paal.shop.1']);
    expect(await ledger.content(release)).toEqual(content);
    expect(await ledger.entries()).toEqual([{ release, content }]);
  });

  test('is none when its run ends before the head, and what is there of it goes with the next', async () => {
    let isDown = true;
    const down = new ApiError('etcd is away', 403, {}, undefined);
    const { ledger, names } = configMaps((name) =>
      isDown && name === 'paal.shop.1' ? down : undefined,
    );
    await expect(ledger.create('started', large(), ORIGIN)).rejects.toThrow('etcd is away');
    expect(names()).toEqual(['paal.shop.1.1', 'paal.shop.1.2']);
    expect(await ledger.list()).toEqual([]);
    isDown = false;
    expect((await ledger.create('started', SMALL, ORIGIN)).number).toBe(1);
    expect(names()).toEqual(['paal.shop.1']);
  });

  test('takes the next number when another run has taken its own, and leaves no parts behind', async () => {
    const taken = new ApiError('it exists', 409, {}, undefined);
    const { ledger, names } = configMaps((name) => (name === 'paal.shop.1' ? taken : undefined));
    expect((await ledger.create('started', large(), ORIGIN)).number).toBe(2);
    expect(names()).toEqual(['paal.shop.2.1', 'paal.shop.2.2', 'paal.shop.2']);
  });

  test('goes with its parts when it is not needed any more', async () => {
    const { ledger, names, objects } = configMaps();
    await ledger.create('started', large(), ORIGIN);
    for (let number = 2; number <= 11; number += 1) await ledger.create('started', SMALL, ORIGIN);
    expect(names()).not.toContain('paal.shop.1');
    expect([...objects.keys()].filter((name) => name.startsWith('paal.shop.1.'))).toEqual([]);
    expect(names()).toHaveLength(10);
  });

  test('is recorded although one that is needed no more cannot be removed, and that is told', async () => {
    let isDenied = true;
    const denied = new ApiError('who may not delete', 403, {}, undefined);
    const { ledger, names, notices } = configMaps(undefined, () => (isDenied ? denied : undefined));
    for (let number = 1; number <= 11; number += 1) {
      expect((await ledger.create('started', SMALL, ORIGIN)).number).toBe(number);
    }
    expect(notices).toEqual([
      'The ledger keeps release 1 of shop until the next release: who may not delete',
    ]);
    expect(names()).toHaveLength(11);
    isDenied = false;
    await ledger.create('started', SMALL, ORIGIN);
    expect(names()).toHaveLength(10);
  });
});
