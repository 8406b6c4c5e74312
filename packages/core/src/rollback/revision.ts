import { readObject } from '../cluster/apply.ts';
import { collectionPath, objectName, RESOURCES } from '../cluster/object.ts';
import { errorMessage, UserError } from '../errors.ts';
import type { RolloutTarget } from '../rollout/observation.ts';
import { replicaSetOfRevision, revisionOf, revisionsOf } from '../workload/deployment.ts';
import { sharedSelector } from '../workload/selector.ts';
import type { Deployment, PodTemplate, ReplicaSet, WorkloadRef } from '../workload/types.ts';
import { revertTemplate } from './revert.ts';
import { followRevert, type RollbackResult, type RollbackTools } from './run.ts';

/** A revision of a Deployment, as the cluster still has it. */
export interface Revision {
  readonly number: number;
  readonly template: PodTemplate;
  /** The revision that runs now. */
  readonly current: number | undefined;
}

/**
 * Revision `number` of `workload`, also under a number that it had before it was rolled back to.
 * @throws UserError that lists the revisions there are
 */
export async function findRevision(
  { connection, signal }: Pick<RollbackTools, 'connection' | 'signal'>,
  workload: WorkloadRef,
  number: number,
): Promise<Revision> {
  const { namespace, name } = workload;
  const options = { signal };
  const deployment = await readObject<Deployment>(
    connection,
    RESOURCES.deployments,
    namespace,
    name,
    options,
  );
  if (!deployment) {
    throw new UserError(
      `There is no deployment/${name} in namespace ${namespace}. Nothing was changed.`,
    );
  }
  const selector = sharedSelector([deployment.spec.selector.matchLabels ?? {}]);
  const { items } = await connection.request<{ items: readonly ReplicaSet[] | null }>(
    {
      method: 'GET',
      path: collectionPath(RESOURCES.replicaSets, namespace),
      ...(selector ? { query: { labelSelector: selector } } : {}),
      purpose: `list the revisions of deployment/${name} in namespace ${namespace}`,
    },
    options,
  );
  const found = replicaSetOfRevision(deployment, items ?? [], number);
  if (!found) {
    const known = revisionsOf(deployment, items ?? []).join(', ') || 'none';
    throw new UserError(
      `deployment/${name} has no revision ${number} any more. It has: ${known}. Nothing was changed.`,
    );
  }
  return { number, template: found.spec.template, current: revisionOf(deployment) };
}

const LEDGER_STATUS = {
  succeeded: 'rolled-out',
  failed: 'failed',
  cancelled: 'interrupted',
} as const;

/** Takes one Deployment back to a revision, as a release of its own, and watches until it serves. */
export async function rollBackToRevision(
  tools: RollbackTools,
  workload: WorkloadRef,
  revision: Revision,
  run: string,
): Promise<RollbackResult> {
  const { connection, ledger } = tools;
  const content = { workloads: [{ workload, template: revision.template }], objects: [] };
  const origin = { version: `revision ${revision.number}`, run };
  const release = await ledger.create('started', content, origin);
  const name = objectName(workload.kind, workload.name);
  const target = { release, sources: new Map([[name, release]]), left: [] };
  let written: RolloutTarget;
  try {
    written = await revertTemplate(connection, workload, revision.template, {});
  } catch (error) {
    await ledger.mark(release, 'failed');
    if (!(error instanceof UserError)) throw error;
    const message = errorMessage(error);
    return { status: 'failed', target, outcomes: [], findings: [], configMaps: [], message };
  }
  const followed = await followRevert(tools, [written]);
  await ledger.mark(release, LEDGER_STATUS[followed.status]);
  return { ...followed, target, configMaps: [] };
}
