import { readObject } from '../cluster/apply.ts';
import { collectionPath, type KubeObject, objectName, RESOURCES } from '../cluster/object.ts';
import { UserError } from '../errors.ts';
import { closeRelease } from '../release/close.ts';
import { newestFirst } from '../release/history.ts';
import type { LedgerEntry, ReleaseOrigin } from '../release/ledger.ts';
import type { Release } from '../release/release.ts';
import { completionAfter } from '../rollout/rolled-out.ts';
import type { RolloutTarget } from '../rollout/target.ts';
import { sameTemplate } from '../workload/deployment.ts';
import { rulesFor } from '../workload/kinds/registry.ts';
import { type Revision, revisionsOf } from '../workload/revisions.ts';
import { sharedSelector } from '../workload/selector.ts';
import { workloadResource } from '../workload/template.ts';
import type { WorkloadRef } from '../workload/types.ts';
import { followRevert, patient } from './follow-revert.ts';
import { revertTemplate } from './revert.ts';
import { mark, notReverted, type RollbackResult, type RollbackTools } from './run.ts';

/** Where the cluster keeps the earlier templates of a workload. */
function historyResource({ kind }: WorkloadRef) {
  if (kind === 'Deployment') return RESOURCES.replicaSets;
  return kind === 'CronJob' ? undefined : RESOURCES.controllerRevisions;
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
  const { kind, namespace, name: bare } = workload;
  const name = objectName(kind, bare);
  const options = { signal };
  const resource = workloadResource(kind);
  const history = historyResource(workload);
  if (!history) {
    throw new UserError(`The cluster keeps no revisions of ${name}. Go back to a release instead.`);
  }
  const live = await readObject(connection, resource, namespace, bare, options);
  if (!live) {
    throw new UserError(`There is no ${name} in namespace ${namespace}. Nothing was changed.`);
  }
  const selector = sharedSelector([rulesFor(resource)?.relatedLabels(live) ?? {}]);
  const { items } = await connection.request<{ items: readonly KubeObject[] | null }>(
    {
      method: 'GET',
      path: collectionPath(history, namespace),
      ...(selector ? { query: { labelSelector: selector } } : {}),
      purpose: `list the revisions of ${name} in namespace ${namespace}`,
    },
    options,
  );
  const revisions = revisionsOf(live, items ?? []);
  const found =
    revisions.find((one) => one.number === number) ??
    revisions.find(({ earlier }) => earlier.includes(number));
  if (found) return { ...found, number };
  const known = revisions.map((one) => one.number).join(', ') || 'none';
  throw new UserError(
    `${name} has no revision ${number} any more. It has: ${known}. Nothing was changed.`,
  );
}

const LEDGER_STATUS = {
  succeeded: 'rolled-out',
  failed: 'failed',
  cancelled: 'interrupted',
} as const;

/**
 * The newest release that put out the template of a revision: a revision does not say of which commit it
 * is, nor which database it was made for, and the ledger may. `undefined` where none did. Pure.
 */
export function releaseOfRevision(
  entries: readonly LedgerEntry[],
  { kind, name }: Pick<WorkloadRef, 'kind' | 'name'>,
  { template }: Pick<Revision, 'template'>,
): Release | undefined {
  const found = entries.filter(({ content }) =>
    content?.workloads.some(
      (one) =>
        one.workload.kind === kind &&
        one.workload.name === name &&
        sameTemplate(one.template, template),
    ),
  );
  return newestFirst(found.map(({ release }) => release))[0];
}

/** What a revision that is gone back to is recorded with. */
export interface RevisionOrigin extends Pick<ReleaseOrigin, 'run' | 'actor'> {
  /** The release that put it out, where it is known. */
  readonly of: Release | undefined;
}

/**
 * Takes one workload back to a revision, as a release of its own, and watches until it serves.
 * @param onRecorded hears of that release before anything is changed
 */
export async function rollBackToRevision(
  tools: RollbackTools,
  workload: WorkloadRef,
  revision: Revision,
  { of, ...run }: RevisionOrigin,
  onRecorded: (release: Release) => void,
): Promise<RollbackResult> {
  const { connection, ledger } = tools;
  const content = { workloads: [{ workload, template: revision.template }], objects: [] };
  const { commit = '', migrationVersion = '' } = of ?? {};
  const origin = { ...run, commit, migrationVersion, version: `revision ${revision.number}` };
  const release = await ledger.create('started', content, origin);
  onRecorded(release);
  const name = objectName(workload.kind, workload.name);
  const target = { release, sources: new Map([[name, release]]), left: [] };
  let written: RolloutTarget;
  try {
    written = await revertTemplate(connection, workload, revision.template, {
      ...patient(tools),
      cause: `paal back to ${origin.version} ${run.run}`,
    });
  } catch (error) {
    await mark(tools, release, 'failed');
    return notReverted(target, error);
  }
  const followed = await followRevert(tools, [written]);
  const completion =
    followed.status === 'succeeded'
      ? await completionAfter(tools, content, followed.outcomes)
      : undefined;
  const status = LEDGER_STATUS[followed.status];
  await closeRelease(ledger, release, status, completion, tools.listener.onNotice);
  const nothing = { refused: [], repinned: [], untold: [], drift: [], unproven: [] };
  const none = { ...nothing, database: undefined, configMaps: [], restored: [] };
  return { ...followed, target, ...none };
}
