import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getExecOutput } from '@actions/exec';
import { group, info } from '@paal/core/action/log';
import type { Connection } from '@paal/core/cluster/connection';
import { withDefinitions } from '@paal/core/cluster/definitions';
import { discover } from '@paal/core/cluster/discovery';
import { readManifests } from '@paal/core/cluster/manifest';
import type { Resource } from '@paal/core/cluster/object';
import { UserError } from '@paal/core/errors';
import { LEASE_ACCESS } from '@paal/core/release/lease';
import { LEDGER_ACCESS, type Ledger } from '@paal/core/release/ledger';
import { requireRolloutAccess } from '@paal/core/rollout/access';
import { diffLines } from '@paal/core/rollout/diff';
import { type PlannedWrite, plannedTarget, planRollout } from '@paal/core/rollout/plan';
import { prepareObjects } from '@paal/core/rollout/plan-objects';
import { checkTimeout } from '@paal/core/rollout/policy';
import { imagePlaces } from '@paal/core/workload/images';
import { rulesFor } from '@paal/core/workload/kinds/registry';
import { parseWorkload } from '@paal/core/workload/reference';
import { templateOf, workloadResource } from '@paal/core/workload/template';
import type { Inputs } from './inputs.ts';
import { NO_PRUNING, type Pruning, tellPruning } from './prune.ts';

/** Where a step before puts the manifests that `-` stands for. */
const RENDERED_FILE = join(process.env.RUNNER_TEMP || tmpdir(), 'manifests.yaml');

async function kustomize(directory: string): Promise<string> {
  const { stdout, stderr, exitCode } = await getExecOutput('kubectl', ['kustomize', directory], {
    silent: true,
    ignoreReturnCode: true,
  }).catch(() => {
    throw new UserError(
      `${directory} holds a kustomization, and there is no kubectl on PATH to render it: run paal/setup before.`,
    );
  });
  if (exitCode === 0) return stdout;
  throw new UserError(`kubectl kustomize ${directory} failed: ${stderr.trim()}`);
}

/** What the server cannot judge yet, one line for each thing that it waits for. */
function describeUnproven(writes: readonly PlannedWrite[]): readonly string[] {
  const byNeeds = new Map<string, string[]>();
  for (const { name, needs } of writes) {
    if (needs.length === 0) continue;
    const key = needs.join(', ');
    byNeeds.set(key, [...(byNeeds.get(key) ?? []), name]);
  }
  return [...byNeeds].map(
    ([needs, names]) =>
      `Not proven before ${needs} is written, and checked then, before any workload is: ${names.join(', ')}`,
  );
}

function describeWrite({ name, live, result, changes }: PlannedWrite): string {
  if (!live) return `${name}: is created`;
  if (!changes) return `${name}: unchanged`;
  const [old, next] = [templateOf(live), templateOf(result)];
  if (!old || !next) return `${name}: changes`;
  const before = imagePlaces(old);
  const images = imagePlaces(next)
    .filter(
      ({ container, image }) => before.find((one) => one.container === container)?.image !== image,
    )
    .map(({ container, image }) => `${container} → ${image}`);
  return `${name}: changes${images.length > 0 ? ` (${images.join(', ')})` : ''}`;
}

/** What a rollout is going to do. */
export interface Plan {
  readonly writes: readonly PlannedWrite[];
  readonly pruning: Pruning;
}

/**
 * Everything that is going to be written, checked by the server. Changes nothing.
 * @throws UserError at the first thing that is wrong
 */
export async function makePlan(
  inputs: Inputs,
  connection: Connection,
  ledger: Ledger,
  namespace: string,
  signal: AbortSignal,
): Promise<Plan> {
  return await group(`Plan for namespace ${namespace}`, async () => {
    const options = { signal };
    const workloads = inputs.workloads.map((text) =>
      parseWorkload(text, namespace, 'The input "workloads"'),
    );
    const manifests =
      inputs.manifests && (await readManifests(inputs.manifests, kustomize, RENDERED_FILE));
    // What can be found wrong without the cluster is found before it is asked.
    if (manifests) prepareObjects(manifests, inputs.images, namespace);
    const objects = (manifests ?? []).map(({ object }) => object);
    const discovery = withDefinitions(discover(connection, options), objects);
    const resources: readonly Resource[] = manifests
      ? await Promise.all(
          objects.map(({ apiVersion, kind }) => discovery.resource(apiVersion, kind)),
        )
      : workloads.map(({ kind }) => workloadResource(kind));
    const applied = manifests !== undefined;
    const unreadable = await requireRolloutAccess(
      connection,
      namespace,
      resources,
      [...LEDGER_ACCESS, ...LEASE_ACCESS],
      {
        ...options,
        applied,
      },
    );
    const request = {
      namespace,
      manifests,
      images: inputs.images,
      workloads,
      forceConflicts: inputs.forceConflicts,
      changeCause: inputs.changeCause,
      unreadable,
      configHash: inputs.configHash,
    };
    const { writes, notes } = await planRollout(connection, discovery, request, options);
    for (const note of notes) info(note);
    for (const planned of writes) {
      info(describeWrite(planned));
      // Of what is new, all is new.
      if (inputs.diff && planned.live && planned.changes) {
        info(diffLines(planned.live, planned.result).join('\n'));
      }
      const target = plannedTarget(planned);
      if (!target) {
        if (rulesFor(planned.resource))
          info(`${planned.name}: not waited for: ${planned.unwatched}`);
        continue;
      }
      checkTimeout(target, planned.result, inputs.policy, 'timeout');
      if (!planned.workload) continue;
      const rollbackPolicy = { ...inputs.policy, timeout: inputs.rollbackTimeout };
      checkTimeout(target, planned.result, rollbackPolicy, 'rollback-timeout');
    }
    for (const line of describeUnproven(writes)) info(line);
    const tools = { connection, discovery, ledger, namespace };
    const pruning = inputs.prune ? await tellPruning(tools, writes, options) : NO_PRUNING;
    return { writes, pruning };
  });
}
