import { describe, expect, test } from '@jest/globals';
import { daemonSet } from '../workload/kinds/daemon-set.test-data.ts';
import { statefulSet } from '../workload/kinds/stateful-set.test-data.ts';
import type { Deployment } from '../workload/types.ts';
import { deployment } from '../workload/workload.test-data.ts';
import { targetOf } from './rollout.test-data.ts';
import { watchesFor } from './watches.ts';

function named(name: string): Deployment {
  const one = deployment();
  const labels = { app: name, tier: 'shop' };
  return {
    ...one,
    metadata: { ...one.metadata, name },
    spec: { ...one.spec, selector: { matchLabels: labels } },
  };
}

function needs(...objects: Parameters<typeof targetOf>[0][]) {
  return watchesFor(objects.map((object) => targetOf(object))).map(
    ({ resource, labelSelector, fieldSelector, required }) => ({
      kind: resource.kind,
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined || resource.kind === 'Event' ? {} : { fieldSelector }),
      required,
    }),
  );
}

const events = { kind: 'Event', required: false };

describe('the watches of a rollout', () => {
  test('of one workload are narrowed to it', () => {
    expect(needs(named('web'))).toEqual([
      { kind: 'Deployment', fieldSelector: 'metadata.name=web', required: true },
      { kind: 'ReplicaSet', labelSelector: 'app=web,tier=shop', required: true },
      { kind: 'Pod', labelSelector: 'app=web,tier=shop', required: true },
      events,
    ]);
  });

  test('are one a kind, however many workloads, by the labels that they share', () => {
    const many = Array.from({ length: 20 }, (_, index) => named(`web-${index}`));
    const all = needs(...many);
    expect(all.map(({ kind }) => kind)).toEqual(['Deployment', 'ReplicaSet', 'Pod', 'Event']);
    expect(all[2]).toMatchObject({
      labelSelector: expect.stringMatching(/^app in \(web-0,.*web-9\)$/),
    });
  });

  test('of more workloads than an address can name are by the label that is the same for all', () => {
    const many = Array.from({ length: 1_000 }, (_, index) => named(`web-${index}`));
    expect(needs(...many)[2]).toMatchObject({ labelSelector: 'tier in (shop)' });
  });

  test('of a DaemonSet do without the nodes where those may not be read', () => {
    expect(needs(daemonSet())).toEqual([
      { kind: 'DaemonSet', fieldSelector: 'metadata.name=web', required: true },
      { kind: 'ControllerRevision', labelSelector: 'app=web', required: true },
      { kind: 'Pod', labelSelector: 'app=web', required: true },
      { kind: 'Node', required: false },
      events,
    ]);
  });

  test('of a Service are its own slices, and it does not widen those of the pods', () => {
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web' },
      spec: { selector: { app: 'web' } },
    };
    expect(needs(statefulSet(), service)).toEqual([
      { kind: 'StatefulSet', fieldSelector: 'metadata.name=web', required: true },
      { kind: 'Service', fieldSelector: 'metadata.name=web', required: true },
      { kind: 'Pod', labelSelector: 'app=web', required: true },
      {
        kind: 'EndpointSlice',
        labelSelector: 'kubernetes.io/service-name=web',
        required: true,
      },
      events,
    ]);
  });

  test('of a pod of its own beside a workload show all pods', () => {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'task' }, spec: {} };
    expect(needs(named('web'), pod)).toContainEqual({ kind: 'Pod', required: true });
  });

  test('leave out the events of every good rollout', () => {
    const event = watchesFor([targetOf(deployment())]).at(-1);
    expect(event?.fieldSelector).toContain('reason!=Scheduled,');
    expect(event?.fieldSelector).not.toContain('TriggeredScaleUp');
  });
});
