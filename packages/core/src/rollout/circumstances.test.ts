import { describe, expect, test } from '@jest/globals';
import { answering } from '../cluster/connection.test-data.ts';
import { refusal } from '../cluster/watch.test-data.ts';
import type { Finding } from '../report/finding.ts';
import { withCircumstances } from './circumstances.ts';

const template = {
  spec: { containers: [{ name: 'web', resources: { requests: { cpu: '6' } } }] },
};
const place = { template, namespace: 'shop' };
const { signal } = new AbortController();

function finding(reason: string): Finding {
  return { reason, class: 'slow', message: 'It is so.', pod: 'web-1', container: 'web' };
}

describe('a finding is told with its circumstances', () => {
  test('what would fit the nodes, for a pod that none takes', async () => {
    const node = { metadata: { name: 'a' }, status: { allocatable: { cpu: '4' } } };
    const { connection, asked } = answering({ items: [node] });
    const told = await withCircumstances(connection, finding('Unschedulable'), place, signal);
    expect(told.message).toBe('It is so. It asks for 6 of cpu, and the largest node offers 4.');
    expect(asked).toEqual(['/api/v1/nodes']);
  });

  test('what metrics-server has seen, for a container that used too much memory', async () => {
    const containers = [{ name: 'web', usage: { memory: '63148Ki' } }];
    const { connection, asked } = answering({ containers });
    const told = await withCircumstances(connection, finding('OOMKilled'), place, signal);
    expect(told.message).toBe('It is so. When it was last measured, it used 63148Ki.');
    expect(asked).toEqual(['/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods/web-1']);
  });

  test.each(['Unschedulable', 'OOMKilled'])(
    'nothing where it may not be asked: %s',
    async (reason) => {
      const { connection } = answering(refusal(403, 'list'));
      const plain = finding(reason);
      expect(await withCircumstances(connection, plain, place, signal)).toBe(plain);
    },
  );

  test('nothing, and nobody is asked, for any other', async () => {
    const { connection, asked } = answering({});
    const plain = finding('CrashLoop');
    expect(await withCircumstances(connection, plain, place, signal)).toBe(plain);
    expect(asked).toEqual([]);
  });
});
