import { describe, expect, test } from '@jest/globals';
import { answering } from '../cluster/connection.test-data.ts';
import type { KubeObject } from '../cluster/object.ts';
import { refusal } from '../cluster/watch.test-data.ts';
import type { MissingObject } from '../report/finding.ts';
import { deployment } from '../workload/workload.test-data.ts';
import { openLookUp } from './look-up.ts';
import { targetOf } from './rollout.test-data.ts';
import { type Standing, unseen } from './tracker.ts';
import { failed } from './verdict.ts';

const SECRET = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'db', uid: 'secret-1', annotations: { password: 'swordfish' } },
  data: { URI: 'c3dvcmRmaXNo' },
};

function failing(missing: MissingObject): Standing {
  const finding = { reason: 'SecretNotFound', class: 'probable' as const, message: 'No.', missing };
  return { ...unseen(targetOf(deployment()), '', 0), verdict: failed([finding]) };
}

/** A look-up at a server that gives one answer, or refuses. */
function lookUp(answer: object) {
  const { connection, asked } = answering(answer);
  const recorded: KubeObject[] = [];
  const listener = {
    onObjects: (_: string, objects: ReadonlyMap<string, KubeObject>) => {
      recorded.push(...objects.values());
    },
  };
  const { signal } = new AbortController();
  return { ...openLookUp({ connection, listener, signal }), asked, recorded };
}

describe('what a failure calls missing', () => {
  test('is looked up once, and kept and recorded without any value', async () => {
    const { ask, collections, asked, recorded } = lookUp(SECRET);
    const standings = [failing({ kind: 'Secret', name: 'db', key: 'URI' })];
    expect(await ask(standings, 0)).toBe(true);
    expect(await ask(standings, 1)).toBe(false);
    expect(asked).toEqual(['/api/v1/namespaces/shop/secrets/db']);
    expect(Object.keys(collections())).toEqual(['secrets']);
    expect(recorded).toMatchObject([{ metadata: { name: 'db' }, data: { URI: '' } }]);
    expect(JSON.stringify([recorded, collections()])).not.toMatch(/swordfish|c3dvcmRmaXNo/);
  });

  test.each([404, 403])('stays missing where the answer is %d', async (code) => {
    const { ask, collections } = lookUp(refusal(code, 'get'));
    expect(await ask([failing({ kind: 'ConfigMap', name: 'settings' })], 0)).toBe(false);
    expect(collections()).toEqual({});
  });

  test('is not asked for while nothing has failed', async () => {
    const { ask, asked } = lookUp(SECRET);
    expect(await ask([unseen(targetOf(deployment()), '', 0)], 0)).toBe(false);
    expect(asked).toEqual([]);
  });
});
