import { describe, expect, test } from '@jest/globals';
import type { Pod } from '../../workload/types.ts';
import { judgeUnseen } from './alive.ts';
import type { Target } from './answers.ts';
import { unseenPods } from './sensors.ts';

const pod = (name: string, ...ips: readonly string[]): Pod =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop' },
    spec: { containers: [] },
    status: { podIP: ips[0], podIPs: ips.map((ip) => ({ ip })) },
  }) as Pod;

const target = (more: Partial<Target>): Target => ({
  labels: {},
  scrapeUrl: 'http://10.0.0.1:8080/metrics',
  lastError: '',
  lastScrape: '2026-01-01T00:00:00Z',
  health: 'up',
  scrapeInterval: '15s',
  ...more,
});

describe('a new pod', () => {
  const own = pod('shop-1', '10.0.0.1', 'fd00::1');
  test.each([
    ['scraped at its address', [target({})], undefined],
    ['scraped at its other address', [target({ scrapeUrl: 'http://[fd00::1]:80/' })], undefined],
    ['scraped by its name', [target({ scrapeUrl: '', labels: { pod: 'shop-1' } })], undefined],
    ['no target', [], 'no target'],
    ['a target elsewhere', [target({ scrapeUrl: 'http://10.0.0.10:8080/' })], 'no target'],
    ['the address of a pod that is gone', [target({ labels: { pod: 'shop-0' } })], 'no target'],
    [
      'a namesake in another namespace',
      [target({ labels: { pod: 'shop-1', namespace: 'other' } })],
      'no target',
    ],
    [
      'a target that is down',
      [target({ health: 'down', lastError: 'connection refused' })],
      'down: connection refused',
    ],
    [
      'not been scraped yet',
      [target({ health: 'unknown', lastScrape: '0001-01-01T00:00:00Z' })],
      'not scraped yet',
    ],
    [
      'a target that is up and was not scraped since its server started',
      [target({ lastScrape: '0001-01-01T00:00:00Z' })],
      'not scraped yet',
    ],
    ['one good target of two', [target({ health: 'down' }), target({})], undefined],
  ] as const)('with %s', (_, targets, why) => {
    expect(unseenPods([own], targets)).toEqual(why ? [{ pod: 'shop-1', why }] : []);
  });

  test('that nobody sees makes a good value inconclusive, and is named', () => {
    const good = { outcome: 'succeeded', retry: true, value: '0', message: 'good' } as const;
    expect(judgeUnseen(good, [])).toBe(good);
    expect(judgeUnseen(good, [{ pod: 'shop-1', why: 'no target' }])).toMatchObject({
      outcome: 'inconclusive',
      message: 'good; but Prometheus does not see new pods: shop-1 (no target)',
      details: ['shop-1: no target'],
    });
  });
});
