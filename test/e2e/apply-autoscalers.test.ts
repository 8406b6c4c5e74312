import { beforeAll, describe, expect, test } from '@jest/globals';
import { type Connection, connect, loadKubeConfig } from '@paal/core/cluster/connection';
import { listAutoscalers } from '@paal/core/workload/autoscaler';
import { userKubeconfig } from '../cluster/services/user.ts';
import { type ApplyGround, applyGround } from './apply-fixture.ts';
import { afterTests } from './fixture.ts';

const CRD = 'scaledobjects.keda.sh';

let ground: ApplyGround;
/** May do in the namespace what the built-in role `edit` allows, which does not know KEDA. */
let editor: Connection;

beforeAll(async () => {
  ground = await applyGround('autoscalers');
  const { kubectl, namespace, cluster } = ground.ground;
  const name = `editor-${namespace}`;
  await kubectl('create', 'rolebinding', name, '--clusterrole=edit', `--user=${name}`);
  process.env.KUBECONFIG = await userKubeconfig(cluster, { name });
  editor = connect(loadKubeConfig());
  afterTests(() => editor.close());
});

const namesOf = async (connection: Connection) => {
  const { found, unknown } = await listAutoscalers(connection, ground.ground.namespace);
  return { found: found.map(({ kind, metadata }) => `${kind} ${metadata.name}`), unknown };
};

// Its controller is not needed to see whom a ScaledObject scales, so that this definition, which takes
// any content, stands in for KEDA's own.
const crd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: CRD },
  spec: {
    group: 'keda.sh',
    scope: 'Namespaced',
    names: { kind: 'ScaledObject', plural: 'scaledobjects', singular: 'scaledobject' },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        },
      },
    ],
  },
};

describe('the autoscalers of a namespace', () => {
  test('are known to whoever may edit it, where the cluster has no KEDA', async () => {
    const hpa = ['autoscale', 'deployment', '--name=web', '--max=3'];
    await ground.ground.kubectl('create', 'deployment', 'web', '--image=registry.invalid/app:1');
    await ground.ground.kubectl(...hpa, 'web');
    expect(await namesOf(editor)).toEqual({
      found: ['HorizontalPodAutoscaler web'],
      unknown: [],
    });
  });

  test('are those of KEDA too, and who may not see them is told so', async () => {
    const { kubectl, apply } = ground.ground;
    await apply(crd);
    try {
      await kubectl('wait', '--for=condition=Established', 'crd', CRD);
      await apply({
        apiVersion: 'keda.sh/v1alpha1',
        kind: 'ScaledObject',
        metadata: { name: 'worker' },
        spec: { scaleTargetRef: { name: 'worker' } },
      });
      expect((await namesOf(ground.connection)).found).toContain('ScaledObject worker');
      const { found, unknown } = await namesOf(editor);
      expect(found).toEqual(['HorizontalPodAutoscaler web']);
      expect(unknown.join()).toMatch(/refused to list scaledobjects in namespace .*"resources"/s);
    } finally {
      await kubectl('delete', 'crd', CRD);
    }
  });
});
