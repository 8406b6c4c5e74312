import { expect, test } from '@jest/globals';
import { completed, completionOf } from '../release/completion.ts';
import { deployment, pod, replicaSet } from '../workload/workload.test-data.ts';
import { NOT_SEEN } from './observation.ts';
import { seenWorkloads } from './rolled-out.ts';
import { targetOf } from './rollout.test-data.ts';
import { type Standing, unseen } from './tracker.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

/** A Deployment that is rolled out, as the watch has seen it last. */
function standing(): Standing {
  const object = deployment();
  const newPods = [
    pod(replicaSet(object), [{ name: 'web', ready: true, imageID: `shop/web@${DIGEST}` }]),
  ];
  const observation = { ...NOT_SEEN, object, related: { ...NOT_SEEN.related, newPods } };
  return { ...unseen(targetOf(object), '', 0), observation };
}

const { template } = deployment().spec;
const workload = { kind: 'Deployment', namespace: 'shop', name: 'web' } as const;
const images = { web: [{ digest: DIGEST, of: 'manifest' }] };

test('of what is rolled out, the template and the images of the new pods are known', () => {
  expect(seenWorkloads([standing()])).toEqual([{ name: 'deployment/web', template, images }]);
  expect(seenWorkloads([unseen(targetOf(deployment()), '', 0)])).toEqual([]);
});

test('a template is recorded again only where the server has made another of it', () => {
  const seen = seenWorkloads([standing()]);
  const same = { workloads: [{ workload, template }], objects: [] };
  expect(completionOf(same, seen, undefined).workloads).toEqual([
    { name: 'deployment/web', images },
  ]);
  const sent = { spec: { containers: [{ name: 'web', image: 'shop/web:2' }] } };
  const before = { workloads: [{ workload, template: sent }], objects: [] };
  const after = completed(before, completionOf(before, seen, undefined));
  expect(after.workloads).toEqual([{ workload, template, images }]);
});
