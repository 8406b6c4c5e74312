import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { type Connection, connect, loadKubeConfig } from '@paal/core/cluster/connection';
import { openLedger } from '@paal/core/release/ledger';
import type { ReleaseContent } from '@paal/core/release/release';
import { afterTests, playground, sharedCluster } from './fixture.ts';

const ORIGIN = {
  version: '',
  run: 'local',
  commit: '',
  actor: '',
  migrationVersion: '20260101000000-users.js',
};

/** Workloads of which nothing can be squeezed out: 4 KiB each, with long names. */
function crowd(count: number): ReleaseContent {
  const workloads = Array.from({ length: count }, () => {
    const env = [{ name: 'NOISE', value: randomBytes(3_072).toString('base64') }];
    return {
      workload: { kind: 'Deployment', namespace: 'shop', name: randomBytes(35).toString('hex') },
      template: { spec: { containers: [{ name: 'web', image: 'shop/web:1', env }] } },
    } as const;
  });
  return { workloads, objects: [] };
}

let connection: Connection | undefined;

function connected(): Connection {
  process.env.KUBECONFIG = sharedCluster().kubeconfig;
  connection ??= connect(loadKubeConfig());
  return connection;
}
afterTests(async () => await connection?.close());

interface Stored {
  readonly metadata: { readonly name: string };
  readonly immutable?: boolean;
}

/** The ledger of a namespace of its own, and what of it is in the cluster. */
async function ledgerIn(label: string) {
  const ground = await playground(label);
  const stored = async () => await ground.list<Stored>('v1', 'configmaps', 'paal.dev/app=shop');
  return {
    ground,
    ledger: openLedger(connected(), ground.namespace, 'shop'),
    stored,
    names: async () => (await stored()).map(({ metadata }) => metadata.name).sort(),
  };
}

describe('a release of a thousand workloads', () => {
  test.concurrent('is kept in parts, completed, read and listed as any other', async () => {
    const { ledger, names, stored } = await ledgerIn('ledger-parts');
    const content = crowd(1_000);
    const release = await ledger.create('started', content, ORIGIN);
    expect((await names()).length).toBeGreaterThan(5);
    expect(await ledger.list()).toEqual([release]);
    expect(release.workloads).toHaveLength(1_000);
    expect(await ledger.content(release)).toEqual(content);

    const images = { web: [{ digest: `sha256:${'a'.repeat(64)}`, of: 'manifest' }] } as const;
    const workloads = release.workloads.map((name) => ({ name, images }));
    await ledger.complete(release, 'rolled-out', { workloads });
    await ledger.mark(release, 'rolled-back', release.workloads);
    await ledger.markPruned(release, release.workloads);
    expect((await stored()).every(({ immutable }) => immutable)).toBe(true);
    const [entry] = await ledger.entries();
    expect(entry?.release.migrationVersion).toBe(ORIGIN.migrationVersion);
    expect(entry?.release).toEqual({
      ...release,
      status: 'rolled-back',
      takenBack: release.workloads,
      pruned: release.workloads,
    });
    expect(entry?.content?.workloads).toEqual(content.workloads.map((one) => ({ ...one, images })));
  });

  test.concurrent('goes with its parts when it is needed no more', async () => {
    const { ledger, names } = await ledgerIn('ledger-prune');
    await ledger.mark(await ledger.create('started', crowd(200), ORIGIN), 'failed');
    expect(await names()).toEqual(['paal.shop.1', 'paal.shop.1.1', 'paal.shop.1.2']);
    const small = crowd(1);
    for (let number = 2; number <= 11; number += 1) {
      await ledger.mark(await ledger.create('started', small, ORIGIN), 'rolled-out');
    }
    const numbers = (await ledger.list()).map(({ number }) => number).sort((a, b) => a - b);
    expect(numbers).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect((await names()).filter((name) => name.startsWith('paal.shop.1.'))).toEqual([]);
  });

  test.concurrent('is none before its head is there, and its parts go with the next', async () => {
    const { ground, ledger, names } = await ledgerIn('ledger-orphans');
    const content = crowd(200);
    const release = await ledger.create('started', content, ORIGIN);
    await ground.kubectl('delete', 'configmap', 'paal.shop.1');
    expect(await names()).toEqual(['paal.shop.1.1', 'paal.shop.1.2']);
    expect(await ledger.list()).toEqual([]);
    await expect(ledger.content(release)).rejects.toThrow('configmap/paal.shop.1 is gone');
    await ledger.create('started', crowd(1), ORIGIN);
    expect(await names()).toEqual(['paal.shop.1']);
  });

  test.concurrent('cannot be read without one of its parts, and is listed all the same', async () => {
    const { ground, ledger } = await ledgerIn('ledger-missing');
    const release = await ledger.create('started', crowd(200), ORIGIN);
    await ground.kubectl('delete', 'configmap', 'paal.shop.1.2');
    await expect(ledger.content(release)).rejects.toThrow(
      "The ledger's entry configmap/paal.shop.1 cannot be read",
    );
    expect(await ledger.entries()).toEqual([{ release, content: undefined }]);
  });
});

describe('a release', () => {
  test.concurrent('is sealed once it is told what became of it', async () => {
    const { ground, ledger, stored } = await ledgerIn('ledger-sealed');
    const isSealed = async () => (await stored()).map(({ immutable = false }) => immutable);
    const release = await ledger.create('started', crowd(1), ORIGIN);
    expect(await isSealed()).toEqual([false]);
    await ledger.mark(release, 'interrupted');
    expect(await isSealed()).toEqual([true]);
    await expect(ledger.complete(release, 'rolled-out', { workloads: [] })).rejects.toThrow(
      'immutable',
    );
    // A release that an earlier PAAL has made is sealed from the start, and marked as ever.
    await ledger.mark(release, 'rolled-out');
    const { data } = await ground.get<{ data?: object }>('configmap', 'paal.shop.1');
    expect(data).toBeUndefined();
    expect(await ledger.list()).toMatchObject([{ number: 1, status: 'rolled-out' }]);
  });
});
