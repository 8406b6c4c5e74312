import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Connection, connect, loadKubeConfig } from '@paal/core/cluster/connection';
import { userKubeconfig } from '../cluster/services/user.ts';
import { failing } from '../faults/answers.ts';
import { stall } from '../faults/connections.ts';
import type { Fault, Scope } from '../faults/fault.ts';
import { type FaultProxy, startFaultProxy } from '../faults/fault-proxy.ts';
import { type FaultyGround, faultyGround, until } from './faults-fixture.ts';
import { type Watched, watchConfigMaps } from './faults-watcher.ts';
import { afterTests, sharedCluster } from './fixture.ts';

let faulty: FaultyGround;
let connection: Connection;
let cleanUp: (() => unknown)[] = [];

beforeEach(async () => {
  faulty = await faultyGround('faults-recovery');
  connection = connectThrough(faulty.proxy);
});

afterEach(async () => {
  for (const work of cleanUp) await work();
  cleanUp = [];
});

function connectThrough(proxy: FaultProxy): Connection {
  process.env.KUBECONFIG = proxy.kubeconfig;
  const opened = connect(loadKubeConfig());
  afterTests(() => opened.close());
  return opened;
}

function inject(fault: Fault, scope?: Scope) {
  const injection = faulty.proxy.inject(fault, scope);
  cleanUp.push(() => injection.off());
  return injection;
}

async function watching(by = connection): Promise<Watched> {
  const { seen, stop } = watchConfigMaps(by, faulty.ground.namespace);
  cleanUp.push(stop);
  await until('the list', () => seen.states > 0 || seen.ended !== '');
  return seen;
}

async function elapsed(milliseconds: number): Promise<void> {
  const begin = performance.now();
  await until(`${milliseconds} ms`, () => performance.now() - begin > milliseconds);
}

describe('a watch', () => {
  test('is up to date again soon after connections were refused for a while', async () => {
    await faulty.create('deleted-in-the-dark');
    const seen = await watching();
    expect(seen.names).toContain('deleted-in-the-dark');
    await faulty.proxy.refuseConnections();
    await until('the notice', () => seen.interrupted);
    await faulty.create('made-in-the-dark');
    await faulty.ground.kubectl('delete', 'configmap', 'deleted-in-the-dark');
    await elapsed(3_000);
    expect(seen.interrupted).toBe(true);
    const begin = performance.now();
    await faulty.proxy.acceptConnections();
    await until('the end of the interruption', () => !seen.interrupted);
    expect(performance.now() - begin).toBeLessThan(2_000);
    expect(seen.names).toContain('made-in-the-dark');
    expect(seen.names).not.toContain('deleted-in-the-dark');
    expect(seen.ended).toBe('');
  });

  test('is up to date again when a busy server has refused it for a while', async () => {
    const seen = await watching();
    const busy = inject(failing(429, { retryAfter: 1 }));
    faulty.proxy.endWatches('reset');
    await until('refusals', () => busy.hits > 3);
    await faulty.create('after-the-rush');
    busy.off();
    await until('the end of the interruption', () => !seen.interrupted);
    expect(seen.names).toContain('after-the-rush');
  });

  test('in a quiet time costs one list in 10 s', async () => {
    const seen = await watching();
    const before = faulty.proxy.requests.length;
    await elapsed(25_000);
    const asked = faulty.proxy.requests.slice(before);
    expect(asked.map(({ verb, status }) => `${verb} ${status}`)).toEqual(['list 200', 'list 200']);
    expect(seen).toMatchObject({ states: 1, notices: [] });
  }, 60_000);

  test('on which nothing comes is doubted until the question is answered', async () => {
    const seen = await watching();
    const stalled = inject(stall());
    await until('the doubt', () => seen.interrupted);
    expect(seen.names).not.toContain('heard-late');
    await faulty.create('heard-late');
    stalled.off();
    await until('the end of the doubt', () => !seen.interrupted);
    await until('the change', () => seen.names.includes('heard-late'));
  }, 60_000);

  test('that is cut by every event gets them all', async () => {
    const seen = await watching();
    const names = ['one', 'two', 'three', 'four'];
    for (const name of names) {
      await faulty.create(name);
      faulty.proxy.endWatches('reset');
    }
    await until('the end of the interruption', () => !seen.interrupted && seen.states > 1);
    await until('all changes', () => names.every((name) => seen.names.includes(name)));
  });
});

describe('with a Role', () => {
  /** A way to the API server for a user who may do so much with ConfigMaps. */
  async function connectedAs(...verbs: readonly string[]): Promise<{
    readonly proxy: FaultProxy;
    readonly by: Connection;
  }> {
    const { ground } = faulty;
    const name = `watcher-${ground.namespace}`;
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    const apiGroup = 'rbac.authorization.k8s.io';
    await ground.apply(
      {
        apiVersion,
        kind: 'Role',
        metadata: { name },
        rules: [{ apiGroups: [''], resources: ['configmaps'], verbs }],
      },
      {
        apiVersion,
        kind: 'RoleBinding',
        metadata: { name },
        roleRef: { apiGroup, kind: 'Role', name },
        subjects: [{ apiGroup, kind: 'User', name }],
      },
    );
    const kubeconfig = await userKubeconfig(ground.cluster, { name });
    const proxy = await startFaultProxy(sharedCluster(), kubeconfig);
    afterTests(() => proxy.stop());
    return { proxy, by: connectThrough(proxy) };
  }

  test('that denies the watch, a collection is listed instead', async () => {
    const { by } = await connectedAs('list');
    const seen = await watching(by);
    await faulty.create('listed');
    await until('the change', () => seen.names.includes('listed'));
    expect(seen.notices).toEqual([]);
    expect(seen.degraded).toHaveLength(1);
    expect(seen.degraded[0]).toMatch(
      /^The configmaps are listed every 2 s instead of watched: .*is forbidden/,
    );
    expect(seen.degraded[0]).toMatch('"resources":["configmaps"],"verbs":["watch"]');
  });

  test('that denies lists, a watch works, and is sure of itself again after a break', async () => {
    const { proxy, by } = await connectedAs('watch');
    const seen = await watching(by);
    proxy.endWatches('reset');
    await until('the notice', () => seen.notices.length > 0);
    await faulty.create('watched');
    await until('the change', () => seen.names.includes('watched') && !seen.interrupted);
    expect(seen.degraded).toEqual([
      expect.stringMatching(/^The silence of the watch of configmaps is noticed only after 75 s/),
    ]);
    expect(seen.degraded[0]).toMatch('"resources":["configmaps"],"verbs":["list"]');
  });

  test('that denies both, the watch ends with the rules that are missing', async () => {
    const { by } = await connectedAs('get');
    const seen = await watching(by);
    expect(seen.ended).toMatch('"resources":["configmaps"],"verbs":["list","watch"]');
  });
});
