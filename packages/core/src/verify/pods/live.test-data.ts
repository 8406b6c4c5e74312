import { ApiError } from '../../cluster/api-error.ts';
import type { Connection, KubeRequest } from '../../cluster/connection.ts';
import type { Forwarded, ForwardRequest } from '../../cluster/forwarded.ts';
import { objectName } from '../../cluster/object.ts';
import { deploymentRules } from '../../workload/kinds/deployment.ts';
import type { Live, LiveWorkload } from '../../workload/live.ts';
import type { Deployment, Event, Pod } from '../../workload/types.ts';
import { deployment, pod, replicaSet } from '../../workload/workload.test-data.ts';

/** A new pod of the Deployment `web`. */
export function newPod(
  name = 'web-1',
  more: { readonly ready?: boolean; readonly status?: Partial<NonNullable<Pod['status']>> } = {},
): Pod {
  const { ready = true, status = {} } = more;
  const made = pod(replicaSet(deployment()), [{ name: 'web', ready }], name);
  return { ...made, status: { ...made.status, ...status } };
}

/** The Deployment `web`, complete, with these new pods, as it is known. */
export function workloadOf(
  newPods: readonly Pod[],
  more: {
    readonly object?: Deployment | undefined;
    readonly oldPods?: readonly Pod[];
    readonly events?: readonly Event[];
    readonly name?: string;
  } = {},
): LiveWorkload {
  const { oldPods = [], events = [], name = 'web' } = more;
  const object = 'object' in more ? more.object : deployment();
  const pods = [...newPods, ...oldPods];
  const related = { pods, newPods, owned: object ? [replicaSet(object)] : [], dependsOn: [] };
  return {
    workload: { kind: 'Deployment', namespace: 'shop', name },
    object,
    pods,
    newPods,
    progress: object && deploymentRules.progress(object, related),
    events,
  };
}

/** What a pod does with a question, by its name and port. */
export type PodHandler = (request: ForwardRequest) => Partial<Forwarded> | Error;

/**
 * A double of the cluster: looks as they come, the last again and again, and pods that answer as the test
 * says. The real one is in test/e2e/verify-pods.test.ts.
 */
export function cluster(
  looks: readonly (readonly LiveWorkload[] | Error)[],
  handler: PodHandler = () => ({ status: 200 }),
  more: { readonly alive?: boolean; readonly age?: number } = {},
) {
  const left = [...looks];
  const asked: string[] = [];
  const connection: Partial<Connection> = {
    request: async <T>({ path }: KubeRequest): Promise<T> => {
      asked.push(path);
      if (more.alive === false) throw new ApiError('away', 503, {}, undefined);
      return {} as T;
    },
    forward: async (request) => {
      asked.push(request.path);
      const answer = handler(request);
      if (answer instanceof Error) throw answer;
      return { status: 200, headers: {}, body: '', cut: false, ...answer };
    },
  };
  const names = new Set<string>();
  for (const look of looks) {
    if (look instanceof Error) continue;
    for (const { workload } of look) names.add(objectName(workload.kind, workload.name));
  }
  const live: Live = {
    connection: connection as Connection,
    namespace: 'shop',
    names: names.size > 0 ? [...names] : ['deployment/web'],
    age: () => more.age,
    read: async (signal) => {
      signal.throwIfAborted();
      const look = left.length > 1 ? left.shift() : left[0];
      if (look instanceof Error) throw look;
      return look ?? [];
    },
  };
  return { live, asked };
}
