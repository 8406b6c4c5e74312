import { describe, expect, test } from '@jest/globals';
import type { PodTemplate } from '../workload/types.ts';
import { type NodeCapacity, whatWouldFit } from './node-fit.ts';

function node(
  name: string,
  allocatable: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>> = {},
  unschedulable = false,
): NodeCapacity {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    spec: { unschedulable },
    status: { allocatable },
  };
}

function asking(requests: Readonly<Record<string, string>>, more: object = {}): PodTemplate {
  return { spec: { containers: [{ name: 'web', resources: { requests } }], ...more } };
}

const nodes = [
  node('a', { cpu: '2', memory: '4Gi' }, { disk: 'ssd', zone: 'a' }),
  node('b', { cpu: '3920m', memory: '7.5Gi' }, { disk: 'hdd' }),
];

describe('a pod that no node takes', () => {
  test('asks for more than the largest node has, and is told how much that is', () => {
    expect(whatWouldFit(asking({ cpu: '6', memory: '1Gi' }), nodes)).toBe(
      'It asks for 6 of cpu, and the largest node offers 3.92.',
    );
    expect(whatWouldFit(asking({ memory: '10Gi' }), nodes)).toBe(
      'It asks for 10Gi of memory, and the largest node offers 7.5Gi.',
    );
  });

  test('asks for it with all its containers together, or with the largest init container', () => {
    const two = { name: 'log', resources: { requests: { cpu: '2' } } };
    const template = asking({ cpu: '2' });
    const together = { spec: { containers: [...template.spec.containers, two] } };
    expect(whatWouldFit(together, nodes)).toContain('It asks for 4 of cpu');
    const init = { initContainers: [{ name: 'load', resources: { requests: { cpu: '5' } } }] };
    expect(whatWouldFit(asking({ cpu: '2' }, init), nodes)).toContain('It asks for 5 of cpu');
    const sidecar = { initContainers: [{ ...two, restartPolicy: 'Always' }] };
    expect(whatWouldFit(asking({ cpu: '3' }, sidecar), nodes)).toContain('It asks for 5 of cpu');
  });

  test('asks for something that no node has at all, also where only a limit is given', () => {
    const limits = { name: 'web', resources: { limits: { 'nvidia.com/gpu': '1' } } };
    expect(whatWouldFit({ spec: { containers: [limits] } }, nodes)).toBe(
      'It asks for 1 of nvidia.com/gpu, and no node offers any.',
    );
  });

  test('selects a label that no node has, and is told which there are', () => {
    expect(whatWouldFit(asking({}, { nodeSelector: { disk: 'gold' } }), nodes)).toBe(
      'No node has the label disk=gold; there is disk=ssd, disk=hdd.',
    );
    expect(whatWouldFit(asking({}, { nodeSelector: { pool: 'web' } }), nodes)).toBe(
      'No node has the label pool=web; none has a label pool.',
    );
  });

  test('finds every node cordoned, or only those that are too small open', () => {
    const cordoned = node('c', { cpu: '64', memory: '256Gi' }, {}, true);
    expect(whatWouldFit(asking({ cpu: '1' }), [cordoned])).toBe('Every node is cordoned.');
    expect(whatWouldFit(asking({ cpu: '8' }), [...nodes, cordoned])).toContain('offers 3.92');
  });

  test('is not told anything when the nodes are merely full, or not known', () => {
    expect(whatWouldFit(asking({ cpu: '2' }), nodes)).toBeUndefined();
    expect(whatWouldFit(asking({ cpu: '99' }), [])).toBeUndefined();
  });
});
