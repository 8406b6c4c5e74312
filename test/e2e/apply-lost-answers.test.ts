import { beforeAll, describe, expect, test } from '@jest/globals';
import { applyObject, patchObject } from '@paal/core/cluster/apply';
import { type Connection, connect, loadKubeConfig } from '@paal/core/cluster/connection';
import { type KubeObject, RESOURCES } from '@paal/core/cluster/object';
import { loseAnswer } from '../faults/connections.ts';
import { containerOf, managersOf } from './apply-fixture.ts';
import { type FaultyGround, faultyGround } from './faults-fixture.ts';
import { afterTests } from './fixture.ts';
import { web } from './workloads.ts';

let faulty: FaultyGround;
let connection: Connection;

beforeAll(async () => {
  faulty = await faultyGround('apply-lost');
  process.env.KUBECONFIG = faulty.proxy.kubeconfig;
  connection = connect(loadKubeConfig());
  afterTests(() => connection.close());
});

const image = (tag: string): string => `registry.invalid/app:${tag}`;
const deployment = (name: string, tag: string): object => web({ name, image: image(tag) });

const MADE: readonly (readonly [string, (name: string) => Promise<unknown>])[] = [
  ['kubectl apply', async (name) => await faulty.ground.apply(deployment(name, '1'))],
  [
    'kubectl create',
    async (name) => {
      const created = ['create', 'deployment', name, `--image=${image('1')}`];
      await faulty.ground.kubectl(...created);
    },
  ],
  [
    'kubectl apply and set image',
    async (name) => {
      await faulty.ground.apply(deployment(name, '1'));
      const set = ['set', 'image', `deployment/${name}`, `${name}=${image('hand')}`];
      await faulty.ground.kubectl(...set);
    },
  ],
  [
    'our own apply and update',
    async (name) => {
      const { namespace } = faulty.ground;
      const resource = RESOURCES.deployments;
      await applyObject(connection, resource, namespace, deployment(name, '1') as KubeObject);
      const path = '/spec/template/spec/containers/0/image';
      const change = [{ op: 'replace', path, value: image('set') }] as const;
      await patchObject(connection, resource, namespace, name, change);
    },
  ],
  [
    'kubectl apply and scale',
    async (name) => {
      await faulty.ground.apply(deployment(name, '1'));
      await faulty.ground.kubectl('scale', `deployment/${name}`, '--replicas=2');
    },
  ],
];

describe('a Deployment is taken over although the answers are lost', () => {
  test.each(MADE.map(([how, make], index) => ({ how, make, name: `lost-${index}` })))(
    'when it was made by $how',
    async ({ make, name }) => {
      const { namespace } = faulty.ground;
      await make(name);
      const injection = faulty.proxy.inject(loseAnswer(), { verb: 'patch', times: 2 });
      try {
        const sent = deployment(name, '2') as KubeObject;
        const resource = RESOURCES.deployments;
        const applied = await applyObject(connection, resource, namespace, sent);
        expect(containerOf(applied).image).toBe(image('2'));
        expect(managersOf(applied)).toEqual(['paal Apply']);
      } finally {
        injection.off();
      }
    },
  );
});
