import { hasCode } from '../cluster/api-error.ts';
import { type ApplyOptions, applyObject, patchObject, readObject } from '../cluster/apply.ts';
import type { Connection } from '../cluster/connection.ts';
import { type KubeObject, objectName, RESOURCES } from '../cluster/object.ts';
import { UserError } from '../errors.ts';
import type { Ledger } from '../release/ledger.ts';
import type { ReleaseContent } from '../release/release.ts';
import { differs } from '../rollout/plan-objects.ts';
import type { RolloutTarget } from '../rollout/target.ts';
import { causePatch, tellsCause, withCause } from '../workload/change-cause.ts';
import { withoutHash } from '../workload/deployment.ts';
import { templateOf, templatePath, withTemplate, workloadResource } from '../workload/template.ts';
import type { PodTemplate, WorkloadRef } from '../workload/types.ts';

/** How a workload is put back. */
export interface RevertOptions extends ApplyOptions {
  /** What `kubectl rollout history` is to say of it. */
  readonly cause: string;
}

/**
 * The workload as it is now.
 * @throws UserError when it is gone
 */
export async function liveWorkload(
  connection: Connection,
  { kind, namespace, name }: WorkloadRef,
  options: ApplyOptions,
): Promise<KubeObject> {
  const live = await readObject(connection, workloadResource(kind), namespace, name, options);
  if (live) return live;
  throw new UserError(
    `${objectName(kind, name)} is not in namespace ${namespace} any more, and the ledger has only its pod template; a rollback cannot bring it back.`,
  );
}

function targetOf(
  live: KubeObject | undefined,
  written: KubeObject,
  workload: WorkloadRef,
): RolloutTarget {
  return {
    resource: workloadResource(workload.kind),
    namespace: workload.namespace,
    name: objectName(workload.kind, workload.name),
    written,
    changed: live?.metadata.generation !== written.metadata.generation,
    imagesOf: undefined,
    workload,
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
  { cause, ...options }: RevertOptions,
): Promise<RolloutTarget> {
  const { kind, namespace, name } = workload;
  const live = await liveWorkload(connection, workload, options);
  const path = `/${templatePath(kind).join('/')}`;
  const operations = [
    { op: 'test', path, value: templateOf(live) },
    { op: 'replace', path, value: withoutHash(template) },
    ...causePatch(live, cause),
  ] as const;
  try {
    const resource = workloadResource(kind);
    const written = await patchObject(connection, resource, namespace, name, operations, options);
    return targetOf(live, written, workload);
  } catch (error) {
    if (!hasCode(error, 422)) throw error;
    throw new UserError(
      `${objectName(kind, name)} was changed by somebody else just now; it was not rolled back.`,
      { cause: error },
    );
  }
}

interface Scaled {
  readonly replicas?: number;
}

/**
 * The stored object with the live number of replicas: an autoscaler may have changed it since, and
 * leaving it out of an apply that solely owns it would scale to 1.
 */
export function withLiveReplicas(stored: KubeObject, live: KubeObject): KubeObject {
  const spec = stored.spec as Scaled | undefined;
  const { replicas } = (live.spec ?? {}) as Scaled;
  if (spec?.replicas === undefined || replicas === undefined) return stored;
  return { ...stored, spec: { ...spec, replicas } };
}

function storedOf(
  objects: readonly KubeObject[],
  { kind, name }: WorkloadRef,
): KubeObject | undefined {
  return objects.find((object) => object.kind === kind && object.metadata.name === name);
}

/** Whether a workload that is gone can be made again: some release has it as it was applied. */
export async function isStored(ledger: Ledger, workload: WorkloadRef): Promise<boolean> {
  const entries = await ledger.entries();
  return entries.some(({ content }) => content && storedOf(content.objects, workload));
}

/**
 * Puts a workload back to what `content` recorded: by an unforced server-side apply of what was
 * applied then, so that the next apply is clean and a foreign change is a conflict that names its
 * manager; by its template where only images were set. A workload that is gone, such as one that was
 * pruned, is made again.
 * @param elsewhere what other releases applied, the newest first: for one that is gone, and of which
 *   `content` has the template alone
 * @throws UserError
 */
export async function revertWorkload(
  connection: Connection,
  workload: WorkloadRef,
  content: ReleaseContent,
  elsewhere: readonly KubeObject[],
  options: RevertOptions,
): Promise<RolloutTarget> {
  const { kind, namespace, name } = workload;
  const resource = workloadResource(kind);
  const live = await readObject(connection, resource, namespace, name, options);
  const apply = async (object: KubeObject): Promise<RolloutTarget> => {
    const told = tellsCause(kind, object, live) ? withCause(object, options.cause) : object;
    const written = await applyObject(connection, resource, namespace, told, {
      ...options,
      live,
    });
    return targetOf(live, written, workload);
  };
  const stored = storedOf(content.objects, workload);
  if (stored) return await apply(live ? withLiveReplicas(stored, live) : stored);
  const recorded = content.workloads.find(
    (one) => one.workload.kind === kind && one.workload.name === name,
  );
  if (!recorded) {
    throw new UserError(
      `${objectName(kind, name)} is not in the release that is gone back to; it was left as it is.`,
    );
  }
  const other = live ? undefined : storedOf(elsewhere, workload);
  if (other) return await apply(withTemplate(other, withoutHash(recorded.template)));
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
    if (differs(live, written)) reverted.push(name);
  }
  return reverted;
}
