import { getExecOutput } from '@actions/exec';
import { group, info, warning } from '@paal/core/action/log';
import { requireAccess } from '@paal/core/cluster/access-review';
import type { Connection } from '@paal/core/cluster/connection';
import { discover } from '@paal/core/cluster/discovery';
import { readManifests } from '@paal/core/cluster/manifest';
import { RESOURCES, type Resource } from '@paal/core/cluster/object';
import { UserError } from '@paal/core/errors';
import { LEDGER_ACCESS } from '@paal/core/release/ledger';
import {
  type PlannedWrite,
  planRollout,
  prepareObjects,
  rolloutAccess,
} from '@paal/core/rollout/plan';
import { checkTimeout } from '@paal/core/rollout/policy';
import { imagePlaces } from '@paal/core/workload/images';
import { parseWorkload } from '@paal/core/workload/reference';
import type { Deployment } from '@paal/core/workload/types';
import type { Inputs } from './inputs.ts';

/** Workloads that this version applies but does not watch. */
const UNWATCHED = ['StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'Pod', 'ReplicaSet'];

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

function describeWrite({ name, live, result, changes, workload }: PlannedWrite): string {
  if (!live) return `${name}: is created`;
  if (!changes) return `${name}: unchanged`;
  if (!workload) return `${name}: changes`;
  const before = imagePlaces((live as Deployment).spec.template);
  const images = imagePlaces((result as Deployment).spec.template)
    .filter(
      ({ container, image }) => before.find((one) => one.container === container)?.image !== image,
    )
    .map(({ container, image }) => `${container} → ${image}`);
  return `${name}: changes${images.length > 0 ? ` (${images.join(', ')})` : ''}`;
}

/**
 * Everything that is going to be written, checked by the server. Changes nothing.
 * @throws UserError at the first thing that is wrong
 */
export async function makePlan(
  inputs: Inputs,
  connection: Connection,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly PlannedWrite[]> {
  return await group(`Plan for namespace ${namespace}`, async () => {
    const options = { signal };
    const workloads = inputs.workloads.map((text) =>
      parseWorkload(text, namespace, 'The input "workloads"'),
    );
    const manifests = inputs.manifests && (await readManifests(inputs.manifests, kustomize));
    // What can be found wrong without the cluster is found before it is asked.
    if (manifests) prepareObjects(manifests, inputs.images, namespace);
    const discovery = discover(connection, options);
    const resources: readonly Resource[] = manifests
      ? await Promise.all(
          manifests.map(({ object }) => discovery.resource(object.apiVersion, object.kind)),
        )
      : [RESOURCES.deployments];
    const rules = [...rolloutAccess(resources, manifests !== undefined), ...LEDGER_ACCESS];
    await requireAccess(connection, namespace, rules, options);
    const request = {
      namespace,
      manifests,
      images: inputs.images,
      workloads,
      forceConflicts: inputs.forceConflicts,
    };
    const plan = await planRollout(connection, discovery, request, options);
    for (const planned of plan) {
      info(describeWrite(planned));
      if (UNWATCHED.includes(planned.resource.kind)) {
        warning(`${planned.name} is applied, but not watched: this version watches Deployments.`);
      }
      if (!planned.workload) continue;
      checkTimeout(planned.name, planned.result as Deployment, inputs.policy, 'timeout');
      const rollbackPolicy = { ...inputs.policy, timeout: inputs.rollbackTimeout };
      checkTimeout(planned.name, planned.result as Deployment, rollbackPolicy, 'rollback-timeout');
    }
    return plan;
  });
}
