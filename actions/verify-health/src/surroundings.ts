import { cwd, env } from 'node:process';
import type { ActionContext } from '@paal/core/action/lifecycle';
import { info } from '@paal/core/action/log';
import { lacksAccess, missingAccess } from '@paal/core/cluster/access-review';
import { type Connection, connect, loadKubeConfig } from '@paal/core/cluster/connection';
import { hurried } from '@paal/core/cluster/hurried';
import { serverTime } from '@paal/core/cluster/server-time';
import { UserError } from '@paal/core/errors';
import { measuredBefore } from '@paal/core/release/measured';
import { blinding, watchAccess } from '@paal/core/rollout/access';
import { type OpenLive, openLive } from '@paal/core/rollout/live';
import { clusterAccess } from '@paal/core/verify/plan';
import type { Surroundings } from '@paal/core/verify/probe';
import { parseWorkload } from '@paal/core/workload/reference';
import { workloadResource } from '@paal/core/workload/template';
import type { WorkloadRef } from '@paal/core/workload/types';
import { type Baseline, keyOf } from './baseline.ts';
import { markOf } from './noise.ts';
import type { Settings } from './settings.ts';
import type { Subject } from './subject.ts';

/** Surroundings that have to be ended. */
export interface OpenSurroundings extends Surroundings {
  close(): Promise<void>;
}

/** Where the workloads are that checks look at. */
interface Place {
  readonly connection: Connection;
  readonly namespace: string;
  readonly workloads: readonly WorkloadRef[];
  /** When their release began, by the API server's clock; `undefined` without a release. */
  readonly created: string | undefined;
}

function placeOf(settings: Settings, subject: Subject | undefined, context: ActionContext): Place {
  if (subject) {
    const { connection, namespace, content, release } = subject;
    const workloads = content.workloads.map(({ workload }) => workload);
    return { connection, namespace, workloads, created: release.created };
  }
  if (settings.workloads.length === 0) {
    throw new UserError(
      'There are checks that look at workloads, and none is named: set the input "release" or "workloads", or workloads in paal.yaml.',
    );
  }
  const connection = hurried(
    connect(loadKubeConfig(), context.clock),
    context.signal,
    context.clock,
  );
  const namespace = settings.variables.namespace ?? connection.namespace;
  const parse = (text: string) => parseWorkload(text, namespace, 'workloads');
  return { connection, namespace, workloads: settings.workloads.map(parse), created: undefined };
}

async function lookAtWorkloads(
  settings: Settings,
  subject: Subject | undefined,
  context: ActionContext,
): Promise<OpenLive | undefined> {
  const needed = clusterAccess(settings.checks);
  if (!needed && !subject) return undefined;
  const { connection, namespace, workloads, created } = placeOf(settings, subject, context);
  const close = async (): Promise<void> => (subject ? undefined : await connection.close());
  const { clock, signal } = context;
  try {
    if (needed) {
      const resources = [...new Set(workloads.map(({ kind }) => workloadResource(kind)))];
      const options = { signal };
      const [unwatchable, others] = await Promise.all([
        missingAccess(connection, namespace, resources.flatMap(watchAccess), options),
        missingAccess(connection, namespace, needed, options),
      ]);
      const missing = [...blinding(unwatchable), ...others];
      if (missing.length > 0) throw lacksAccess(namespace, missing);
    }
    const age =
      created === undefined
        ? undefined
        : (await serverTime(connection, namespace, { signal })) - Date.parse(created);
    const tools = { connection, namespace, clock, signal, onNotice: info };
    const live = openLive(tools, workloads, age);
    return {
      ...live,
      close: async () => {
        await live.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
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
  const live = await lookAtWorkloads(settings, subject, context);
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
