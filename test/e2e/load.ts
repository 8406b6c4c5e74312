import { publish } from '../cluster/services/publish.ts';
import type { Playground } from './fixture.ts';
import { probeImage } from './probe-image.ts';
import { until } from './until.ts';

/** Nobody's load goes on for longer than this. */
const MOST_SECONDS = 300;
const NAME = 'load';

/** What became of the requests of one kind. */
interface Counts {
  readonly answered: number;
  readonly lost: number;
  /** How many were lost for which reason. */
  readonly reasons: Readonly<Record<string, number>>;
}

export interface LoadResult {
  /** With a new connection for every request. */
  readonly fresh: Counts;
  /** On connections that are kept open. */
  readonly kept: Counts;
}

/** Requests that a pod sends without a pause. */
export interface Load {
  counts(): Promise<LoadResult>;
  /** Ends it, and gives what became of all requests. */
  stop(): Promise<LoadResult>;
}

/**
 * Starts a pod that sends requests to a URL in the cluster on that many connections at once, half of
 * them kept open, and resolves when each kind has been answered.
 */
export async function startLoad(
  ground: Playground,
  url: string,
  connections: number,
): Promise<Load> {
  const image = await probeImage(ground.cluster.registry);
  await ground.kubectl(
    ...['run', NAME, `--image=${image}`, '--restart=Never', '--port=8080', '--'],
    ...['load', url, String(connections), String(MOST_SECONDS)],
  );
  await ground.kubectl('wait', `pod/${NAME}`, '--for=condition=Ready', '--timeout=60s');
  const host = await ground.kubectl('get', 'pod', NAME, '-o', 'jsonpath={.status.podIP}');
  const published = await publish(ground.cluster, { host, port: 8080 });
  const counts = async () => (await (await fetch(published.url)).json()) as LoadResult;
  await until('requests of the load are answered', async () => {
    const { fresh, kept } = await counts();
    return fresh.answered > 0 && kept.answered > 0;
  });
  return {
    counts,
    stop: async () => {
      const last = await counts();
      await published.stop();
      await ground.kubectl('delete', 'pod', NAME, '--now');
      return last;
    },
  };
}
