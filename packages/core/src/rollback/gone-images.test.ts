import { describe, expect, test } from '@jest/globals';
import type { ImageReference } from '../registry/reference.ts';
import type { ReleaseContent } from '../release/release.ts';
import type { Container, Pod } from '../workload/types.ts';
import { findGoneImages, judgeGone, type RestoredImage, restoredImages } from './gone-images.ts';

function content(workloads: Readonly<Record<string, readonly Container[]>>): ReleaseContent {
  return {
    workloads: Object.entries(workloads).map(([name, containers]) => ({
      workload: { kind: 'Deployment', namespace: 'shop', name },
      template: { spec: { containers } },
    })),
    objects: [],
  };
}

function running(image: string, ready: boolean): Pod {
  const condition = { type: 'Ready', status: ready ? 'True' : 'False' };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web-1' },
    spec: { containers: [{ name: 'web', image }] },
    status: { conditions: [condition] },
  };
}

const WEB: RestoredImage = {
  workload: 'deployment/web',
  container: 'web',
  image: 'shop/web:1',
  always: true,
};

describe('the images that run again after a rollback', () => {
  test('are those of the workloads that are taken back, each once, of init containers, too', () => {
    const web: Container = { name: 'web', image: 'shop/web:1', imagePullPolicy: 'Always' };
    const recorded = content({ web: [web], worker: [web], api: [{ name: 'api', image: 'api:1' }] });
    const [first, ...others] = recorded.workloads;
    if (!first) throw new Error('no workload');
    const init = { name: 'wait', image: 'wait:1', imagePullPolicy: 'IfNotPresent' };
    const template = { spec: { ...first.template.spec, initContainers: [init] } };
    const workloads = [{ ...first, template }, ...others];
    const names = ['deployment/web', 'deployment/worker'];
    expect(restoredImages({ ...recorded, workloads }, names)).toEqual([
      { workload: 'deployment/web', container: 'wait', image: 'wait:1', always: false },
      WEB,
    ]);
  });
});

describe('an image that is to run again', () => {
  const ask = (answer: boolean | undefined) =>
    findGoneImages(
      [WEB],
      { has: async ({ tag }: ImageReference) => (tag === '1' ? answer : true) },
      AbortSignal.timeout(1_000),
    );

  test('is gone where its registry says so, and not where that cannot be asked', async () => {
    expect(await ask(false)).toEqual([WEB]);
    expect(await ask(true)).toEqual([]);
    expect(await ask(undefined)).toEqual([]);
  });

  test('that is gone lets no pod start where the kubelet always asks for it', () => {
    expect(judgeGone([WEB], [running('shop/web:2', true), running(WEB.image, false)])).toEqual([
      {
        fatal: true,
        message:
          'The registry does not have shop/web:1 any more, which container web of deployment/web is to run again. No pod runs it, and imagePullPolicy is Always.',
      },
    ]);
  });

  test('that is gone may do where pods still run it, or a node may have kept it', () => {
    const message = expect.stringContaining('Only a node that has kept it can start a pod.');
    const may = [{ fatal: false, message }];
    expect(judgeGone([WEB], [running(WEB.image, true)])).toEqual(may);
    expect(judgeGone([{ ...WEB, always: false }], [])).toEqual(may);
  });
});
