import { type ApplyOptions, applyObject } from '@paal/core/cluster/apply';
import { type Connection, connect, loadKubeConfig } from '@paal/core/cluster/connection';
import { discover } from '@paal/core/cluster/discovery';
import type { KubeObject, ManagedFields } from '@paal/core/cluster/object';
import { afterTests, type Playground, playground } from './fixture.ts';
import { until } from './until.ts';

/** A namespace of a test's own, and core's own connection to it. */
export interface ApplyGround {
  readonly ground: Playground;
  readonly connection: Connection;
  /** Applies as the actions do. */
  apply(object: object, options?: ApplyOptions): Promise<KubeObject>;
  /** The object as the server has it, with its managed fields. */
  live(kind: string, name: string): Promise<KubeObject>;
}

export async function applyGround(label: string): Promise<ApplyGround> {
  const ground = await playground(label);
  process.env.KUBECONFIG = ground.cluster.kubeconfig;
  const connection = connect(loadKubeConfig());
  afterTests(() => connection.close());
  const discovery = discover(connection);
  return {
    ground,
    connection,
    apply: async (object, options) => {
      const { apiVersion, kind } = object as KubeObject;
      const resource = await discovery.resource(apiVersion, kind);
      const namespace = resource.namespaced ? ground.namespace : undefined;
      return await applyObject(connection, resource, namespace, object as KubeObject, options);
    },
    live: async (kind, name) =>
      JSON.parse(
        await ground.kubectl('get', kind, name, '-o', 'json', '--show-managed-fields'),
      ) as KubeObject,
  };
}

/** How many templates a Deployment has made pods from, once the controller has seen its present one. */
export async function templatesOf({ ground, live }: ApplyGround, name: string): Promise<number> {
  await until('the controller', async () => {
    const { metadata, status } = await live('deployment', name);
    const { observedGeneration } = (status ?? {}) as { readonly observedGeneration?: number };
    return observedGeneration === metadata.generation;
  });
  return (await ground.list('apps/v1', 'replicasets', `app=${name}`)).length;
}

/** Who manages an object's fields, the status aside: `manager operation`, with the subresource. */
export function managersOf({ metadata }: KubeObject): readonly string[] {
  return (metadata.managedFields ?? [])
    .filter(({ subresource }: ManagedFields) => subresource !== 'status')
    .map(({ manager, operation, subresource }) =>
      [manager, operation, ...(subresource ? [subresource] : [])].join(' '),
    )
    .sort();
}

/** What these tests read of a Deployment. */
export interface Shape extends KubeObject {
  readonly spec: {
    readonly replicas: number;
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly containers: readonly {
          readonly image: string;
          readonly env?: readonly { readonly name: string; readonly value?: string }[];
        }[];
      };
    };
  };
}

/** The image and the names of the environment variables of a Deployment's only container. */
export function containerOf(object: KubeObject) {
  const [container] = (object as Shape).spec.template.spec.containers;
  return { image: container?.image, env: (container?.env ?? []).map(({ name }) => name) };
}

export function replicasOf(object: KubeObject): number {
  return (object as Shape).spec.replicas;
}
