import { ApiError } from '../../cluster/api-error.ts';
import type { Connection, KubeRequest } from '../../cluster/connection.ts';
import type { Live } from '../../workload/live.ts';
import type { ContainerStatus, Pod } from '../../workload/types.ts';

/** A line of a container and when it was taken: seconds after 2024-01-02T03:04:00Z. */
export type Line = readonly [at: number, text: string];

function stamp(at: number): string {
  const whole = Math.floor(at);
  const seconds = new Date(Date.UTC(2024, 0, 2, 3, 4, 0) + whole * 1_000)
    .toISOString()
    .slice(0, 19);
  return `${seconds}.${(at - whole).toFixed(9).slice(2)}Z`;
}

/** That time, as statuses have it. */
export function timeOf(at: number): string {
  return `${stamp(at).slice(0, 19)}Z`;
}

/**
 * A double of the logs that an API server gives: the runs of the container `web` by pod, oldest first, and
 * those of another container by `pod/container`. As with a kubelet, `sinceTime` counts from the beginning of its second,
 * and `limitBytes` takes from the front.
 */
export class Kubelet {
  readonly runs = new Map<string, Line[][]>();
  readonly requests: string[] = [];
  refusal: ApiError | undefined;
  silence = false;
  /** Whether containers wait to be restarted: then their last run is the one before, too. */
  waiting = false;

  /** The connection to it, as far as it is needed. */
  get connection(): Connection {
    const connection: Partial<Connection> = {
      server: 'https://cluster.example',
      stream: async (request, signal) => await this.#answer(request, signal),
    };
    return connection as Connection;
  }

  async #answer(
    { path, query = {} }: KubeRequest,
    signal: AbortSignal,
  ): Promise<AsyncIterable<string>> {
    const pod = path.split('/').at(-2) ?? '';
    this.requests.push(`${pod} ${query.previous ? 'previous ' : ''}${query.sinceTime ?? 'all'}`);
    if (this.refusal) throw this.refusal;
    if (this.silence) {
      await new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    }
    const own = query.container === 'web' ? pod : `${pod}/${query.container}`;
    const run = this.runs.get(own)?.at(query.previous && !this.waiting ? -2 : -1);
    if (!run) throw new ApiError('there is no such log', 404, {}, undefined);
    const from =
      query.sinceTime === undefined ? -Infinity : Date.parse(query.sinceTime.slice(0, 19) + 'Z');
    const text = run
      .filter(([at]) => Date.parse(timeOf(at)) >= from)
      .map(([at, line]) => `${stamp(at)} ${line}\n`)
      .join('');
    const most = Number(query.limitBytes);
    return (async function* () {
      yield text.slice(0, most);
    })();
  }

  /** What runs, as `Live` gives it: pods of deployment/web. */
  live(pods: () => readonly Pod[]): Live {
    const workload = { kind: 'Deployment', namespace: 'shop', name: 'web' } as const;
    return {
      connection: this.connection,
      namespace: 'shop',
      names: ['deployment/web'],
      age: () => undefined,
      read: async () => [
        {
          workload,
          object: undefined,
          pods: pods(),
          newPods: pods(),
          progress: undefined,
          events: [],
        },
      ],
    };
  }
}

/** A pod whose container `web` runs. */
export function podOf(name: string, status: Partial<ContainerStatus> = {}): Pod {
  const running = { running: { startedAt: timeOf(0) } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, uid: name, creationTimestamp: timeOf(0) },
    spec: { containers: [] },
    status: {
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: timeOf(1) }],
      containerStatuses: [{ name: 'web', restartCount: 0, state: running, ...status }],
    },
  };
}

/** The status of a container that has been restarted. */
export function restarted(restartCount: number, finishedAt: number): Partial<ContainerStatus> {
  return {
    restartCount,
    lastState: { terminated: { exitCode: 1, finishedAt: timeOf(finishedAt) } },
  };
}
