import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { applyObject, patchObject } from '@paal/core/cluster/apply';
import { type Connection, connect, loadKubeConfig } from '@paal/core/cluster/connection';
import { type KubeObject, RESOURCES } from '@paal/core/cluster/object';
import { failing } from '../faults/answers.ts';
import { loseAnswer, reset, stall } from '../faults/connections.ts';
import type { Fault, Scope } from '../faults/fault.ts';
import type { RecordedRequest } from '../faults/requests.ts';
import { type FaultyGround, faultyGround } from './faults-fixture.ts';
import { afterTests } from './fixture.ts';

let faulty: FaultyGround;
let connection: Connection;
let cleanUp: (() => void)[] = [];
let before = 0;

beforeAll(async () => {
  faulty = await faultyGround('faults-writes');
  process.env.KUBECONFIG = faulty.proxy.kubeconfig;
  connection = connect(loadKubeConfig());
  afterTests(() => connection.close());
});

afterEach(() => {
  for (const work of cleanUp) work();
  cleanUp = [];
});

/** From now on `requests` are counted. */
function inject(fault: Fault, scope: Scope): void {
  const injection = faulty.proxy.inject(fault, scope);
  cleanUp.push(() => injection.off());
  before = faulty.proxy.requests.length;
}

/** The verbs and answers of what was asked since the fault was injected. */
function requests(): readonly string[] {
  const text = ({ verb, status = 0 }: RecordedRequest): string => `${verb} ${status}`;
  return faulty.proxy.requests.slice(before).map(text);
}

function configMap(name: string, data: Readonly<Record<string, string>> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
}

const collection = (): string => `/api/v1/namespaces/${faulty.ground.namespace}/configmaps`;
const dataOf = async (name: string): Promise<unknown> =>
  (await faulty.ground.get<{ data: unknown }>('configmap', name)).data;

async function create(object: KubeObject): Promise<KubeObject> {
  const purpose = `create configmap/${object.metadata.name}`;
  return await connection.request<KubeObject>({
    method: 'POST',
    path: collection(),
    body: object,
    purpose,
  });
}

async function remove(name: string, body?: object): Promise<unknown> {
  return await connection.request({
    method: 'DELETE',
    path: `${collection()}/${name}`,
    body,
    purpose: `delete configmap/${name}`,
  });
}

/** Puts 2 where there is 1. */
async function increment(name: string): Promise<KubeObject> {
  const { namespace } = faulty.ground;
  return await patchObject(connection, RESOURCES.configMaps, namespace, name, [
    { op: 'test', path: '/data/a', value: '1' },
    { op: 'replace', path: '/data/a', value: '2' },
  ]);
}

describe('a write whose answer was lost', () => {
  test('is no failed creation', async () => {
    inject(loseAnswer(), { verb: 'create', times: 1 });
    const created = await create(configMap('created', { a: '1' }));
    expect(created).toMatchObject({ metadata: { name: 'created' }, data: { a: '1' } });
    expect(requests()).toEqual(['create 0', 'create 409', 'get 200']);
  });

  test('is a failed creation where somebody else was there before', async () => {
    await create(configMap('theirs', { a: 'theirs' }));
    inject(loseAnswer(), { verb: 'create', times: 1 });
    await expect(create(configMap('theirs', { a: 'ours' }))).rejects.toMatchObject({ code: 409 });
    expect(await dataOf('theirs')).toEqual({ a: 'theirs' });
  });

  test('is no failed patch', async () => {
    await create(configMap('patched', { a: '1' }));
    inject(loseAnswer(), { verb: 'patch', times: 1 });
    expect((await increment('patched')).data).toEqual({ a: '2' });
    expect(requests()).toEqual(['patch 0', 'patch 422', 'get 200']);
  });

  test('is no failed update', async () => {
    const live = await create(configMap('updated', { a: '1' }));
    inject(loseAnswer(), { verb: 'update', times: 1 });
    const updated = await connection.request<KubeObject>({
      method: 'PUT',
      path: `${collection()}/updated`,
      body: { ...live, data: { a: '2' } },
      purpose: 'update configmap/updated',
    });
    expect(updated.data).toEqual({ a: '2' });
    expect(requests()).toEqual(['update 0', 'update 409', 'get 200']);
  });

  test('is no failed apply, guarded by a version or not', async () => {
    const { namespace } = faulty.ground;
    const apply = (object: KubeObject) =>
      applyObject(connection, RESOURCES.configMaps, namespace, object);
    const { resourceVersion = '' } = (await apply(configMap('applied', { a: '1' }))).metadata;
    inject(loseAnswer(), { verb: 'patch', times: 1 });
    const guarded = configMap('applied', { a: '2' });
    const applied = await apply({
      ...guarded,
      metadata: { ...guarded.metadata, resourceVersion },
    });
    expect(applied.data).toEqual({ a: '2' });
    inject(loseAnswer(), { verb: 'patch', times: 1 });
    expect((await apply(configMap('applied', { a: '3' }))).data).toEqual({ a: '3' });
    const patches = requests().filter((text) => text.startsWith('patch'));
    expect(patches).toEqual(['patch 0', 'patch 200']);
  });

  test('is no failed deletion, with a UID as precondition or not', async () => {
    await create(configMap('deleted'));
    inject(loseAnswer(), { verb: 'delete', times: 1 });
    expect(await remove('deleted')).toMatchObject({ status: 'Success' });
    const { uid } = (await create(configMap('deleted'))).metadata;
    inject(loseAnswer(), { verb: 'delete', times: 1 });
    expect(await remove('deleted', { preconditions: { uid } })).toMatchObject({
      status: 'Success',
    });
    expect(requests()[0]).toBe('delete 0');
  });
});

describe('a write', () => {
  test('that never reached the API server is made', async () => {
    await create(configMap('reset', { a: '1' }));
    inject(reset(), { verb: 'patch', times: 2 });
    expect((await increment('reset')).data).toEqual({ a: '2' });
    expect(requests()).toEqual(['patch 0', 'patch 0', 'patch 200']);
  });

  test('that a load balancer gave up on is made once', async () => {
    await create(configMap('gateway', { a: '1' }));
    const late: Fault = {
      name: 'late',
      onAnswer: async (exchange) => {
        exchange.begin(504, { 'content-type': 'text/html' });
        exchange.finish('<html><title>504 Gateway Time-out</title></html>');
      },
    };
    inject(late, { verb: 'patch', times: 1 });
    expect((await increment('gateway')).data).toEqual({ a: '2' });
    expect(requests()).toEqual(['patch 504', 'patch 422', 'get 200']);
  });

  test('that somebody else was faster with is refused at once', async () => {
    await create(configMap('changed', { a: '3' }));
    inject(failing(503), { verb: 'patch', times: 1 });
    await expect(increment('changed')).rejects.toMatchObject({ code: 422 });
    expect(await dataOf('changed')).toEqual({ a: '3' });
  });

  test('that is never answered is repeated, and says what is not known at the end', async () => {
    await create(configMap('stalled', { a: '1' }));
    inject(stall(), { verb: 'patch', times: 1 });
    expect((await increment('stalled')).data).toEqual({ a: '2' });
    expect(requests()).toEqual(['patch 0', 'patch 422', 'get 200']);
  }, 40_000);

  test('that fails for good says that it may have taken effect', async () => {
    await create(configMap('unknown', { a: '1' }));
    inject(loseAnswer(), { verb: ['patch', 'get'] });
    const { namespace } = faulty.ground;
    const operations = [{ op: 'replace', path: '/data/a', value: '2' }] as const;
    const options = { patience: 1_000 };
    await expect(
      patchObject(connection, RESOURCES.configMaps, namespace, 'unknown', operations, options),
    ).rejects.toThrow(/It was tried \d times in .*It may have taken effect all the same/);
    expect(await dataOf('unknown')).toEqual({ a: '2' });
  });
});
