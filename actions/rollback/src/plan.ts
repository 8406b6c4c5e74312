import { group, info } from '@paal/core/action/log';
import { requireAccess } from '@paal/core/cluster/access-review';
import { readObject } from '@paal/core/cluster/apply';
import type { Connection } from '@paal/core/cluster/connection';
import { objectName, RESOURCES } from '@paal/core/cluster/object';
import { UserError } from '@paal/core/errors';
import { currentRelease } from '@paal/core/release/history';
import { LEDGER_ACCESS, type Ledger } from '@paal/core/release/ledger';
import { findRevision, type Revision } from '@paal/core/rollback/revision';
import { chooseTarget, type RollbackTarget } from '@paal/core/rollback/target';
import { rolloutAccess } from '@paal/core/rollout/plan';
import { checkTimeout, type RolloutPolicy } from '@paal/core/rollout/policy';
import { parseWorkload } from '@paal/core/workload/reference';
import type { Deployment, WorkloadRef } from '@paal/core/workload/types';
import type { Inputs } from './inputs.ts';

/** What is taken back to what. */
export type Plan = { readonly from: string } & (
  | { readonly kind: 'release'; readonly target: RollbackTarget }
  | { readonly kind: 'revision'; readonly revision: Revision; readonly workload: WorkloadRef }
);

/** @throws UserError when the workload is gone, or the time given cannot suffice for it */
async function checkWorkload(
  connection: Connection,
  { kind, namespace, name }: WorkloadRef,
  policy: RolloutPolicy,
  signal: AbortSignal,
): Promise<void> {
  const resource = RESOURCES.deployments;
  const live = await readObject<Deployment>(connection, resource, namespace, name, { signal });
  const title = objectName(kind, name);
  if (live) return checkTimeout(title, live, policy, 'timeout');
  throw new UserError(
    `${title} is not in namespace ${namespace} any more, and a rollback cannot bring it back. ` +
      'Nothing was changed. Deploy it anew, or name the others in the input "workloads".',
  );
}

/**
 * Decides what will be taken back, and makes sure that it can be. Changes nothing.
 * @throws UserError
 */
export async function makePlan(
  inputs: Inputs,
  connection: Connection,
  ledger: Ledger,
  namespace: string,
  signal: AbortSignal,
): Promise<Plan> {
  return await group(`Plan for namespace ${namespace}`, async () => {
    const rules = [...rolloutAccess([RESOURCES.deployments], false), ...LEDGER_ACCESS];
    await requireAccess(connection, namespace, rules, { signal });
    const parse = (text: string): WorkloadRef =>
      parseWorkload(text, namespace, 'The input "workloads"');
    const { to } = inputs;
    if (to.to === 'revision') {
      const workload = parse(inputs.workloads?.[0] ?? '');
      const revision = await findRevision({ connection, signal }, workload, to.number);
      info(`deployment/${workload.name}: revision ${revision.current} → ${revision.number}`);
      const from = String(revision.current ?? '');
      return { kind: 'revision', revision, workload, from };
    }
    const releases = await ledger.list();
    const names = inputs.workloads?.map(parse).map(({ kind, name }) => objectName(kind, name));
    const target = chooseTarget(releases, to, names);
    const from = String(currentRelease(releases)?.number ?? '');
    info(
      `From release ${from || 'unknown'} to release ${target.release.number} (${target.release.status})`,
    );
    for (const [name, { number }] of target.sources) {
      info(`${name} is taken back to release ${number}`);
    }
    for (const name of target.sources.keys()) {
      await checkWorkload(connection, parse(name), inputs.policy, signal);
    }
    for (const name of target.left) info(`${name} did not serve before, and is left as it is`);
    return { kind: 'release', target, from };
  });
}
