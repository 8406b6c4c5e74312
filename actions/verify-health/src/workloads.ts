import type { ActionContext } from '@paal/core/action/lifecycle';
import { info } from '@paal/core/action/log';
import { lacksAccess, missingAccess } from '@paal/core/cluster/access-review';
import type { AccessRule } from '@paal/core/cluster/api-error';
import { type Connection, connect, loadKubeConfig } from '@paal/core/cluster/connection';
import { hurried } from '@paal/core/cluster/hurried';
import { serverTime } from '@paal/core/cluster/server-time';
import { UserError } from '@paal/core/errors';
import { blinding, watchAccess } from '@paal/core/rollout/access';
import { type OpenLive, openLive } from '@paal/core/rollout/live';
import { parseWorkload } from '@paal/core/workload/reference';
import { workloadResource } from '@paal/core/workload/template';
import type { WorkloadRef } from '@paal/core/workload/types';
import type { Settings } from './settings.ts';
import type { Subject } from './subject.ts';

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

/**
 * Looks at what is verified: the workloads of the release, or else those that the settings name.
 * @param needed permissions beside watching them; `undefined` where no check looks at them
 * @throws UserError when there is no cluster, no workload or no permission
 */
export async function lookAtWorkloads(
  settings: Settings,
  subject: Subject | undefined,
  needed: readonly AccessRule[] | undefined,
  context: ActionContext,
): Promise<OpenLive> {
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
