import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { patchObject } from '@paal/core/cluster/apply';
import { type Connection, connect, loadKubeConfig } from '@paal/core/cluster/connection';
import { RESOURCES } from '@paal/core/cluster/object';
import { failing, forbidden } from '../faults/answers.ts';
import { loseAnswer, stall } from '../faults/connections.ts';
import type { Fault, Scope } from '../faults/fault.ts';
import { type FaultyGround, faultyGround, until } from './faults-fixture.ts';
import { type Watched, watchConfigMaps } from './faults-watcher.ts';
import { afterTests } from './fixture.ts';

let faulty: FaultyGround;
let connection: Connection;
let cleanUp: (() => unknown)[] = [];

beforeEach(async () => {
  faulty = await faultyGround('faults-core');
  process.env.KUBECONFIG = faulty.proxy.kubeconfig;
  connection = connect(loadKubeConfig());
  const opened = connection;
  afterTests(() => opened.close());
});

afterEach(async () => {
  for (const work of cleanUp) await work();
  cleanUp = [];
});

function inject(fault: Fault, scope?: Scope) {
  const injection = faulty.proxy.inject(fault, scope);
  cleanUp.push(() => injection.off());
  return injection;
}

const path = (): string => `/api/v1/namespaces/${faulty.ground.namespace}/configmaps`;
const list = async (options = {}): Promise<unknown> =>
  await connection.request({ method: 'GET', path: path(), purpose: 'list configmaps' }, options);

async function watching(): Promise<Watched> {
  const watch = watchConfigMaps(connection, faulty.ground.namespace);
  cleanUp.push(watch.stop);
  const { seen } = watch;
  await until('the list', () => seen.states > 0 || seen.ended !== '');
  return seen;
}

describe('a request', () => {
  test('gets through with the new token when the old one has expired', async () => {
    await list();
    faulty.proxy.expireToken();
    await faulty.proxy.renewToken();
    await list();
  });

  test('that is never answered is tried again in time', async () => {
    inject(stall(), { times: 1 });
    await list();
  });

  test('does not wait longer for Retry-After than it has patience', async () => {
    inject(failing(429, { retryAfter: 8 }));
    const before = performance.now();
    await expect(list({ patience: 2_000 })).rejects.toThrow('429');
    expect(performance.now() - before).toBeLessThan(4_000);
  });

  test('that is cancelled while it waits ends with the reason of the cancellation', async () => {
    inject(failing(429, { retryAfter: 8 }));
    const stop = new AbortController();
    const asked = list({ signal: stop.signal });
    setTimeout(() => stop.abort(new Error('cancelled by the user')), 500);
    await expect(asked).rejects.toThrow('cancelled by the user');
  });

  test('that a load balancer refuses with a page says so without HTML', async () => {
    inject(failing(502));
    const error = await list({ patience: 500 }).catch(String);
    expect(error).toMatch('502');
    expect(error).not.toMatch('<html>');
  });

  test('whose answer was lost is no failed patch', async () => {
    await faulty.ground.kubectl('create', 'configmap', 'lost', '--from-literal=a=1');
    inject(loseAnswer(), { verb: 'patch', times: 1 });
    const patched = await patchObject(
      connection,
      RESOURCES.configMaps,
      faulty.ground.namespace,
      'lost',
      [
        { op: 'test', path: '/data/a', value: '1' },
        { op: 'replace', path: '/data/a', value: '2' },
      ],
    );
    expect(patched.data).toEqual({ a: '2' });
  });
});

describe('a watch', () => {
  test('goes on with the new token when the old one has expired', async () => {
    const seen = await watching();
    faulty.proxy.expireToken();
    await faulty.proxy.renewToken();
    faulty.proxy.endWatches('regularly');
    await faulty.create('new-token');
    await until('the change', () => seen.names.includes('new-token') || seen.ended !== '');
    expect(seen.ended).toBe('');
  });

  test('that was interrupted tells when it is up to date again, also when nothing changed', async () => {
    const seen = await watching();
    faulty.proxy.endWatches('reset');
    await until('the notice', () => seen.notices.length > 0);
    const before = seen.states;
    await until('word that it is up to date', () => seen.states > before);
  });

  test('that falls silent is doubted after 10 s', async () => {
    const seen = await watching();
    inject(stall(), { verb: 'watch', times: 1 });
    await faulty.create('unheard');
    await until('the change', () => seen.names.includes('unheard'));
  });

  test('that is denied falls back to lists', async () => {
    inject(forbidden(), { verb: 'watch' });
    const seen = await watching();
    expect(seen.ended).toBe('');
    expect(seen.states).toBeGreaterThan(0);
  });

  test('gets the list in time when its first request is never answered', async () => {
    inject(stall(), { verb: 'watch', times: 1 });
    const begin = performance.now();
    await watching();
    expect(performance.now() - begin).toBeLessThan(20_000);
  });

  test('does not hammer a server that answers 410 to everything', async () => {
    const gone = '{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}}\n';
    const fault: Fault = {
      name: 'always expired',
      onRequest: async (exchange) => {
        exchange.begin(200, { 'content-type': 'application/json' });
        exchange.finish(gone);
      },
    };
    const injection = inject(fault, { verb: 'watch' });
    const begin = performance.now();
    cleanUp.push(watchConfigMaps(connection, faulty.ground.namespace).stop);
    await until('2 s', () => performance.now() - begin > 2_000);
    expect(injection.hits).toBeLessThan(10);
  });
});
