import { group, info } from '@paal/core/action/log';
import { readObject } from '@paal/core/cluster/apply';
import type { Connection } from '@paal/core/cluster/connection';
import { UserError } from '@paal/core/errors';
import type { Ledger } from '@paal/core/release/ledger';
import { tryPutBack } from '@paal/core/rollback/put-back';
import { revertTemplate } from '@paal/core/rollback/revert';
import type { Refusal } from '@paal/core/rollback/run';
import { diffLines } from '@paal/core/rollout/diff';
import type { RolloutTarget } from '@paal/core/rollout/target';
import type { Inputs } from './inputs.ts';
import type { Plan } from './plan.ts';

/** What a preview works with. */
export interface PreviewTools {
  readonly connection: Connection;
  readonly namespace: string;
  readonly ledger: Ledger;
  readonly run: string;
  readonly signal: AbortSignal;
}

/** What the API server would make of a plan. */
interface Tried {
  readonly targets: readonly RolloutTarget[];
  readonly refused: readonly Refusal[];
  readonly configMaps: readonly string[];
  readonly restored: readonly string[];
}

async function tryPlan(tools: PreviewTools, { policy }: Inputs, plan: Plan): Promise<Tried> {
  if (plan.kind === 'release') return await tryPutBack({ ...tools, policy }, plan.target);
  const { connection, run, signal } = tools;
  const { workload, revision } = plan;
  const cause = `paal back to revision ${revision.number} ${run}`;
  const options = { signal, dryRun: true, cause };
  const target = await revertTemplate(connection, workload, revision.template, options);
  return { targets: [target], refused: [], configMaps: [], restored: [] };
}

async function describe(
  { connection, signal }: PreviewTools,
  { resource, namespace, name, written, changed }: RolloutTarget,
): Promise<string> {
  const object = written.metadata.name;
  const live = await readObject(connection, resource, namespace, object, { signal });
  if (!live) return `${name}: is made again`;
  const diff = changed ? diffLines(live, written).join('\n') : '';
  return diff === '' ? `${name}: unchanged` : `${name}: changes\n${diff}`;
}

/**
 * Says what a plan changes, in the order in which it does, as the API server answers. Changes nothing.
 * @throws UserError with all that is refused, where the rollback would not be made for it
 */
export async function preview(tools: PreviewTools, inputs: Inputs, plan: Plan): Promise<void> {
  const { targets, refused } = await group('What it changes', async () => {
    const tried = await tryPlan(tools, inputs, plan);
    for (const name of tried.configMaps) info(`configmap/${name}: is put back`);
    for (const name of tried.restored) info(`${name}: is made again`);
    for (const target of tried.targets) info(await describe(tools, target));
    for (const { name, error } of tried.refused) info(`${name}: is refused: ${error.message}`);
    return tried;
  });
  if (refused.length === 0 || (!inputs.atomic && targets.length > 0)) return;
  const why = refused.map(({ error }) => error.message).join(' ');
  throw new UserError(`The rollback would not be made: ${why} Nothing was changed.`, {
    failureReason: 'RevertRefused',
  });
}
