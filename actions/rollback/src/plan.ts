import { group, info } from '@paal/core/action/log';
import { requireAccess } from '@paal/core/cluster/access-review';
import type { Connection } from '@paal/core/cluster/connection';
import { RESOURCES } from '@paal/core/cluster/object';
import { UserError } from '@paal/core/errors';
import { LEDGER_ACCESS, type Ledger } from '@paal/core/release/ledger';
import { currentRelease, type Release } from '@paal/core/release/release';
import { findRevision, type Revision } from '@paal/core/rollback/revision';
import { chooseTarget } from '@paal/core/rollback/target';
import { rolloutAccess } from '@paal/core/rollout/plan';
import { parseWorkload } from '@paal/core/workload/reference';
import type { WorkloadRef } from '@paal/core/workload/types';
import type { Inputs } from './inputs.ts';

/** What is taken back to what. */
export type Plan = { readonly workloads: readonly WorkloadRef[]; readonly from: string } & (
  | { readonly kind: 'release'; readonly target: Release }
  | { readonly kind: 'revision'; readonly revision: Revision }
);

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
      return { kind: 'revision', revision, workloads: [workload], from };
    }
    const releases = await ledger.list();
    const target = chooseTarget(releases, to);
    const names = inputs.workloads ?? target.workloads;
    const foreign = names.find((name) => !target.workloads.includes(name));
    if (foreign) {
      throw new UserError(
        `Release ${target.number} has no ${foreign}; it has ${target.workloads.join(', ')}. Nothing was changed.`,
      );
    }
    const from = String(currentRelease(releases)?.number ?? '');
    info(`From release ${from || 'unknown'} to release ${target.number} (${target.status})`);
    for (const name of names) info(`${name} is taken back`);
    return { kind: 'release', target, workloads: names.map(parse), from };
  });
}
