import { group, info, warning } from '@paal/core/action/log';
import { readObject } from '@paal/core/cluster/apply';
import type { Connection } from '@paal/core/cluster/connection';
import { objectName } from '@paal/core/cluster/object';
import { UserError } from '@paal/core/errors';
import { currentRelease } from '@paal/core/release/history';
import { LEASE_ACCESS } from '@paal/core/release/lease';
import { LEDGER_ACCESS, type Ledger } from '@paal/core/release/ledger';
import type { Release } from '@paal/core/release/release';
import { configDrift } from '@paal/core/rollback/drift';
import { isStored } from '@paal/core/rollback/revert';
import { findRevision, releaseOfRevision } from '@paal/core/rollback/revision';
import { type Arrears, findArrears, isCutOff, NO_ARREARS } from '@paal/core/rollback/settle-ledger';
import { readSources } from '@paal/core/rollback/sources';
import { chooseTarget, type RollbackTarget } from '@paal/core/rollback/target';
import { unprovenSentences } from '@paal/core/rollback/unproven';
import { withFates } from '@paal/core/rollback/unrecorded';
import { unservedRelease } from '@paal/core/rollback/unserved';
import { requireRolloutAccess } from '@paal/core/rollout/access';
import { checkTimeout, type RolloutPolicy } from '@paal/core/rollout/policy';
import { parseWorkload } from '@paal/core/workload/reference';
import type { Revision } from '@paal/core/workload/revisions';
import { workloadResource } from '@paal/core/workload/template';
import type { WorkloadRef } from '@paal/core/workload/types';
import { checkImages } from './images.ts';
import type { Inputs } from './inputs.ts';

/** What changing an app needs to be allowed to do, whatever is changed. */
const CHANGING = [...LEDGER_ACCESS, ...LEASE_ACCESS];

/** What is taken back to what. */
export type Plan = {
  readonly from: string;
  /** The release that is gone back from, where it is known. */
  readonly left: Release | undefined;
  /** Where the ledger is behind what runs. */
  readonly arrears: Arrears;
} & (
  | {
      readonly kind: 'release';
      readonly target: RollbackTarget;
      /** What the plan has said of the target, one sentence each. */
      readonly told: readonly string[];
    }
  | {
      readonly kind: 'revision';
      readonly revision: Revision;
      readonly workload: WorkloadRef;
      /** The release that put it out, where the ledger has it. */
      readonly of: Release | undefined;
    }
);

/** @throws UserError when the workload is gone for good, or the time given cannot suffice for it */
async function checkWorkload(
  connection: Connection,
  ledger: Ledger,
  workload: WorkloadRef,
  policy: RolloutPolicy,
  signal: AbortSignal,
): Promise<void> {
  const { kind, namespace, name } = workload;
  const resource = workloadResource(kind);
  const live = await readObject(connection, resource, namespace, name, { signal });
  const title = objectName(kind, name);
  if (live) return checkTimeout({ resource, name: title }, live, policy, 'timeout');
  if (await isStored(ledger, workload)) {
    const options = { signal, applied: true };
    await requireRolloutAccess(connection, namespace, [resource], CHANGING, options);
    return info(`${title} is gone, and is made again as it was applied`);
  }
  throw new UserError(
    `${title} is not in namespace ${namespace} any more, and the ledger has nothing to bring it back from. ` +
      'Nothing was changed. Deploy it anew, or name the others in the input "workloads".',
  );
}

/**
 * Decides what will be taken back, and makes sure that it can be. Changes nothing.
 * @param run address of this run
 * @throws UserError
 */
export async function makePlan(
  inputs: Inputs,
  connection: Connection,
  ledger: Ledger,
  namespace: string,
  run: string,
  signal: AbortSignal,
): Promise<Plan> {
  return await group(`Plan for namespace ${namespace}`, async () => {
    const requireFor = async (workloads: readonly WorkloadRef[]): Promise<void> => {
      const resources = workloads.map(({ kind }) => workloadResource(kind));
      const options = { signal, applied: false };
      await requireRolloutAccess(connection, namespace, resources, CHANGING, options);
    };
    const parse = (text: string): WorkloadRef =>
      parseWorkload(text, namespace, 'The input "workloads"');
    const { to } = inputs;
    if (to.to === 'revision') {
      const workload = parse(inputs.workloads?.[0] ?? '');
      await requireFor([workload]);
      const revision = await findRevision({ connection, signal }, workload, to.number);
      info(
        `${objectName(workload.kind, workload.name)}: revision ${revision.current} → ${revision.number}`,
      );
      const from = String(revision.current ?? '');
      const of = releaseOfRevision(await ledger.entries({ signal }), workload, revision);
      const unknown = { left: undefined, arrears: NO_ARREARS };
      return { kind: 'revision', revision, workload, of, from, ...unknown };
    }
    await requireFor([]);
    const entries = await ledger.entries({ signal });
    const recorded = entries.map(({ release }) => release);
    const names = inputs.workloads?.map(parse).map(({ kind, name }) => objectName(kind, name));
    const found = await findArrears(connection, entries, names, { signal });
    for (const text of found.sentences) info(text);
    const isAgain = isCutOff(found, run);
    if (isAgain) info('It was this run that was cut off: what it has begun is finished');
    const arrears = isAgain ? NO_ARREARS : found;
    const releases = withFates(recorded, arrears.fates);
    const unserved = await unservedRelease(connection, entries, releases, names, { signal });
    const target = chooseTarget(releases, to, names, unserved);
    const left = unserved ?? currentRelease(releases);
    const current = String(left?.number ?? '');
    if (unserved) {
      info(`Release ${unserved.number} runs, at least in part, although it never served`);
    }
    info(
      `From release ${current || 'unknown'} to release ${target.release.number} (${target.release.status})`,
    );
    for (const [name, { number }] of target.sources) {
      info(`${name} is taken back to release ${number}`);
    }
    await requireFor([...target.sources.keys()].map(parse));
    for (const name of target.sources.keys()) {
      await checkWorkload(connection, ledger, parse(name), inputs.policy, signal);
    }
    const from = await readSources(ledger, target, { signal });
    await checkImages(connection, target, from, namespace, signal);
    const drift = await configDrift({ connection, namespace, signal }, target, from);
    const told = [...unprovenSentences(target, from), ...drift];
    for (const text of told) warning(text);
    for (const name of target.left) info(`${name} did not serve before, and is left as it is`);
    return { kind: 'release', target, from: current, left, told, arrears };
  });
}
