import { cwd, env } from 'node:process';
import type { ActionContext } from '@paal/core/action/lifecycle';
import { measuredBefore } from '@paal/core/release/measured';
import type { OpenLive } from '@paal/core/rollout/live';
import { clusterAccess } from '@paal/core/verify/plan';
import type { Surroundings } from '@paal/core/verify/probe';
import { type Baseline, keyOf } from './baseline.ts';
import { markOf } from './noise.ts';
import type { Settings } from './settings.ts';
import type { Subject } from './subject.ts';

/** Surroundings that have to be ended. */
export interface OpenSurroundings extends Surroundings {
  close(): Promise<void>;
}

/** The client of the cluster is large, and not every verification needs it. */
async function lookAtWorkloads(
  ...args: Parameters<typeof import('./workloads.ts').lookAtWorkloads>
): Promise<OpenLive> {
  const workloads = await import(/* webpackChunkName: "cluster" */ './workloads.ts');
  return await workloads.lookAtWorkloads(...args);
}

/** What ran before PAAL's first write is a release of its own, so that the first of all has none before it. */
function isFirst({ release, releases }: Subject): boolean {
  return releases.every(({ number }) => number >= release.number);
}

/**
 * What the checks need to know beside their own configuration. Changes nothing.
 * @param baseline what was kept before the release
 * @throws UserError when they look at workloads, and there is no cluster, no workload or no permission
 */
export async function openSurroundings(
  settings: Settings,
  subject: Subject | undefined,
  baseline: Baseline | undefined,
  context: ActionContext,
): Promise<OpenSurroundings> {
  const needed = clusterAccess(settings.checks);
  const live =
    needed || subject ? await lookAtWorkloads(settings, subject, needed, context) : undefined;
  return {
    variables: settings.variables,
    servers: settings.servers,
    live,
    silenceMark: markOf(settings),
    before: (type, name) => baseline?.checks[keyOf(type, name)],
    ...(subject ? { first: isFirst(subject) } : {}),
    verifiedBefore: (type, name) =>
      subject && measuredBefore(subject.releases, subject.release.number, keyOf(type, name)),
    clock: context.clock,
    workspace: env.GITHUB_WORKSPACE ?? cwd(),
    close: async () => await live?.close(),
  };
}
