import { hasCode } from '../cluster/api-error.ts';
import { type ApplyOptions, applyObject, patchObject, readObject } from '../cluster/apply.ts';
import type { Connection } from '../cluster/connection.ts';
import { type KubeObject, objectName, RESOURCES } from '../cluster/object.ts';
import { UserError } from '../errors.ts';
import type { ReleaseContent } from '../release/release.ts';
import type { RolloutTarget } from '../rollout/observation.ts';
import { withoutHash } from '../workload/deployment.ts';
import type { Deployment, PodTemplate, WorkloadRef } from '../workload/types.ts';

async function liveDeployment(
  connection: Connection,
  { namespace, name }: WorkloadRef,
  options: ApplyOptions,
): Promise<Deployment> {
  const resource = RESOURCES.deployments;
  const live = await readObject<Deployment>(connection, resource, namespace, name, options);
  if (live) return live;
  throw new UserError(
    `deployment/${name} is not in namespace ${namespace} any more; a rollback cannot bring it back.`,
  );
}

function targetOf(live: Deployment, written: Deployment, workload: WorkloadRef): RolloutTarget {
  return {
    workload,
    name: objectName(workload.kind, workload.name),
    written,
    changed: live.metadata.generation !== written.metadata.generation,
    imagesOf: undefined,
  };
}

/**
 * Puts `template` back in one write that fails when the present template is not the one that we
 * read: somebody else's change is never overwritten unseen.
 * @throws UserError
 */
export async function revertTemplate(
  connection: Connection,
  workload: WorkloadRef,
  template: PodTemplate,
  options: ApplyOptions,
): Promise<RolloutTarget> {
  const live = await liveDeployment(connection, workload, options);
  const operations = [
    { op: 'test', path: '/spec/template', value: live.spec.template },
    { op: 'replace', path: '/spec/template', value: withoutHash(template) },
  ] as const;
  try {
    const { namespace, name } = workload;
    const resource = RESOURCES.deployments;
    const written = await patchObject<Deployment>(
      connection,
      resource,
      namespace,
      name,
      operations,
      options,
    );
    return targetOf(live, written, workload);
  } catch (error) {
    if (!hasCode(error, 422)) throw error;
    throw new UserError(
      `deployment/${workload.name} was changed by somebody else just now; it was not rolled back.`,
      { cause: error },
    );
  }
}

/**
 * The stored object with the live number of replicas: an autoscaler may have changed it since, and
 * leaving it out of an apply that solely owns it would scale to 1.
 */
export function withLiveReplicas(stored: KubeObject, live: Deployment): KubeObject {
  const spec = stored.spec as Deployment['spec'] | undefined;
  if (spec?.replicas === undefined || live.spec.replicas === undefined) return stored;
  return { ...stored, spec: { ...spec, replicas: live.spec.replicas } };
}

/**
 * Puts a workload back to what `content` recorded: by an unforced server-side apply of what was
 * applied then, so that the next apply is clean and a foreign change is a conflict that names its
 * manager; by its template where only images were set.
 * @throws UserError
 */
export async function revertWorkload(
  connection: Connection,
  workload: WorkloadRef,
  content: ReleaseContent,
  options: ApplyOptions,
): Promise<RolloutTarget> {
  const { kind, namespace, name } = workload;
  const stored = content.objects.find(
    (object) => object.kind === kind && object.metadata.name === name,
  );
  if (stored) {
    const live = await liveDeployment(connection, workload, options);
    const written = await applyObject(
      connection,
      RESOURCES.deployments,
      namespace,
      withLiveReplicas(stored, live),
      options,
    );
    return targetOf(live, written as Deployment, workload);
  }
  const recorded = content.workloads.find(
    (one) => one.workload.kind === kind && one.workload.name === name,
  );
  if (!recorded) {
    throw new UserError(
      `${objectName(kind, name)} is not in the release that is gone back to; it was left as it is.`,
    );
  }
  return await revertTemplate(connection, workload, recorded.template, options);
}

/** Puts the ConfigMaps that the release applied back, so that its pods find what they were made for. */
export async function revertConfigMaps(
  connection: Connection,
  namespace: string,
  content: ReleaseContent,
  options: ApplyOptions,
): Promise<readonly string[]> {
  const reverted: string[] = [];
  for (const object of content.objects.filter(({ kind }) => kind === 'ConfigMap')) {
    const resource = RESOURCES.configMaps;
    const { name } = object.metadata;
    const live = await readObject(connection, resource, namespace, name, options);
    const written = await applyObject(connection, resource, namespace, object, options);
    if (live?.metadata.resourceVersion !== written.metadata.resourceVersion) reverted.push(name);
  }
  return reverted;
}
