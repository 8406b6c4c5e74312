import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../cluster/object.ts';
import type { PodTemplate } from '../workload/types.ts';
import {
  changesSince,
  configName,
  hashesOf,
  type LiveConfig,
  recordConfig,
  referredConfig,
} from './config-record.ts';

function object(kind: 'ConfigMap' | 'Secret', name: string, data: object): KubeObject {
  return { apiVersion: 'v1', kind, metadata: { name }, data };
}

function live(...objects: readonly KubeObject[]): LiveConfig {
  return new Map(objects.map((one) => [`${one.kind} ${one.metadata.name}`, one]));
}

/** A template that reads a key of a Secret, and all of a ConfigMap. */
const template: PodTemplate = {
  spec: {
    containers: [
      {
        name: 'web',
        env: [{ name: 'P', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }],
        envFrom: [{ configMapRef: { name: 'settings' } }],
      },
    ],
  },
};
const references = referredConfig([template], []);
const secret = (password: string, user = 'dXNlcg==') => object('Secret', 'db', { password, user });
const settings = (A: string) => object('ConfigMap', 'settings', { A });

/** What has changed from one state to another. */
async function changes(before: LiveConfig, after: LiveConfig) {
  const record = await recordConfig(references, before);
  if (!record) throw new Error('nothing was recorded');
  return changesSince(record, await hashesOf(references, after, record.salt));
}

describe('what a rollback does not bring back', () => {
  test('are Secrets, and the ConfigMaps that were not applied', () => {
    const others = referredConfig([template], [settings('x')]);
    expect(references.map(configName)).toEqual(['Secret db', 'ConfigMap settings']);
    expect(others.map(configName)).toEqual(['Secret db']);
  });

  test('are the keys that any of the workloads reads', () => {
    const reads = (...keys: readonly string[]): PodTemplate => ({
      spec: {
        containers: [],
        volumes: [{ secret: { secretName: 'db', items: keys.map((key) => ({ key })) } }],
      },
    });
    expect(referredConfig([reads('b', 'a'), template], [])[0]).toEqual({
      kind: 'Secret',
      name: 'db',
      keys: ['a', 'b', 'password'],
    });
    const whole: PodTemplate = {
      spec: { containers: [], volumes: [{ secret: { secretName: 'db' } }] },
    };
    expect(referredConfig([template, whole], [])[0]?.keys).toBeUndefined();
  });
});

describe('a change since a release served', () => {
  const before = live(secret('cGFzcw=='), settings('x'));

  test('is told of a key that is read, and of no other', async () => {
    expect(await changes(before, live(secret('bmV3'), settings('x')))).toEqual([
      { name: 'Secret db', change: 'changed' },
    ]);
    expect(await changes(before, live(secret('cGFzcw==', 'bmV3'), settings('x')))).toEqual([]);
    expect(await changes(before, live(secret('cGFzcw=='), settings('y')))).toEqual([
      { name: 'ConfigMap settings', change: 'changed' },
    ]);
  });

  test('is told of what is gone, and not of what may not be read', async () => {
    const gone: LiveConfig = new Map([...before, ['Secret db', undefined]]);
    expect(await changes(before, gone)).toEqual([{ name: 'Secret db', change: 'gone' }]);
    expect(await changes(before, live(settings('x')))).toEqual([]);
  });

  test('is not told of what was not there, or could not be read, when it served', async () => {
    const record = await recordConfig(references, new Map([['Secret db', undefined]]));
    expect(record).toBeUndefined();
    expect(await changes(live(settings('x')), live(secret('bmV3'), settings('x')))).toEqual([]);
  });
});

describe('what is recorded', () => {
  test('holds nothing of a Secret, and does not look alike for two releases', async () => {
    const before = live(secret('cGFzcw=='));
    const [first, second] = [
      await recordConfig(references, before),
      await recordConfig(references, before),
    ];
    expect(Object.keys(first?.hashes ?? {})).toEqual(['Secret db']);
    expect(JSON.stringify(first)).not.toMatch(/cGFzcw|pass/);
    expect(first?.salt).not.toBe(second?.salt);
    expect(first?.hashes).not.toEqual(second?.hashes);
  });

  test('of a Secret is no plain hash, so that who guesses has to work for it', async () => {
    const salt = 'c2FsdA==';
    const hashes = await hashesOf(references, live(secret('cGFzcw=='), settings('x')), salt);
    const plain = (kind: string, name: string, read: unknown) =>
      createHmac('sha256', Buffer.from(salt, 'base64'))
        .update(JSON.stringify([kind, name, read]))
        .digest('base64');
    const read = [['A', Buffer.from('x').toString('base64')]];
    expect(hashes.get('ConfigMap settings')).toBe(plain('ConfigMap', 'settings', read));
    const guess = plain('Secret', 'db', [['password', 'cGFzcw==']]);
    expect(hashes.get('Secret db')).not.toBe(guess);
    expect(hashes.get('Secret db')).toHaveLength(guess.length);
  });
});
