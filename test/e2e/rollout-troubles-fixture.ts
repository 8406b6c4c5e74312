import { expired, failing } from '../faults/answers.ts';
import { stall } from '../faults/connections.ts';
import type { Fault } from '../faults/fault.ts';
import { lasting, type Trouble } from './rollout-faults-fixture.ts';
import { until } from './until.ts';

/** A trouble between a rollout and its API server. */
export interface TroubleCase {
  readonly name: string;
  readonly trouble: Trouble;
  /** How long it lasts in a good rollout, where that is not its own to say; default: 5 s. */
  readonly seconds?: number;
  /** What the log says of it. */
  readonly says: RegExp;
  /** Seconds by which the verdict may come after the evidence, and after the trouble. */
  readonly late: number;
  /** Whether it is also tried with a version that fails. */
  readonly alsoBad?: boolean;
}

/** All requests are answered so, those for watches too, which are open no longer. */
function answered(fault: Fault): Trouble {
  return async (proxy, enough) => {
    const injection = proxy.inject(fault);
    proxy.endWatches('reset');
    await enough();
    injection.off();
  };
}

/** What may happen to the connections and answers of a cluster that is well itself. */
export const TROUBLES: readonly TroubleCase[] = [
  {
    name: 'connections are refused for 5 s',
    trouble: async (proxy, enough) => {
      await proxy.refuseConnections();
      await enough();
      await proxy.acceptConnections();
    },
    says: /The watch of pods was interrupted: The API server https:\S+ could not be asked to watch pods .*ECONNREFUSED/,
    late: 3,
    alsoBad: true,
  },
  {
    name: 'every watch is reset, again and again',
    trouble: async (proxy) => {
      for (let times = 0; times < 5; times += 1) {
        proxy.endWatches('reset');
        await lasting(0.7);
      }
    },
    says: /The watch of pods was interrupted: /,
    late: 3,
    alsoBad: true,
  },
  {
    name: 'the history of every watch expires, as an event says',
    trouble: async (proxy) => {
      proxy.endWatches('expired');
    },
    says: /The watch of pods was interrupted: the history had expired/,
    late: 2,
  },
  {
    name: 'the history of every watch expires, as a status says',
    trouble: async (proxy) => {
      const gone = proxy.inject(expired('status'));
      const watches = proxy.endWatches('regularly');
      await until('every watch is refused', async () => gone.hits >= watches);
      gone.off();
    },
    says: /The watch of pods was interrupted: the history had expired/,
    late: 2,
  },
  {
    name: 'a busy API server refuses with Retry-After for 5 s',
    trouble: answered(failing(429, { retryAfter: 1 })),
    says: /The watch of pods was interrupted: The API server refused to watch pods .* \(429\): Too many requests/,
    late: 3,
  },
  {
    name: 'the API server answers 500 for 5 s',
    trouble: answered(failing(500)),
    says: /The watch of pods was interrupted: The API server refused to watch pods .* \(500\): etcdserver: request timed out/,
    late: 6,
    alsoBad: true,
  },
  {
    name: 'a load balancer answers with a page for 5 s',
    trouble: answered(failing(503, { page: true })),
    says: /The watch of pods was interrupted: .* HTTP 503 from something between this runner and the API server \("503 Service Temporarily Unavailable"\)/,
    late: 3,
    alsoBad: true,
  },
  {
    name: 'nothing comes from the API server any more for 15 s',
    trouble: async (proxy, enough) => {
      const stalled = proxy.inject(stall());
      await enough();
      stalled.off();
    },
    seconds: 15,
    says: /The watch of pods was interrupted: nothing has come for some time, and the API server does not answer/,
    late: 3,
    alsoBad: true,
  },
  {
    name: 'the open watches fall silent for good, with what decides behind them',
    trouble: async (proxy) => {
      const now = performance.now();
      proxy.inject(stall(), { verb: 'watch', where: ({ openedAt }) => openedAt < now });
    },
    says: /The watch of pods was interrupted: a list shows changes that the watch has not told/,
    // Silence is doubted after 10 s.
    late: 12,
    alsoBad: true,
  },
  {
    name: 'the token expires, and there is a new one',
    trouble: async (proxy) => {
      await proxy.renewToken();
      proxy.endWatches('reset');
    },
    says: /The watch of pods was interrupted: /,
    late: 2,
  },
  {
    name: 'the token expires, and there is no new one for 5 s',
    trouble: async (proxy, enough) => {
      proxy.expireToken();
      proxy.endWatches('reset');
      await enough();
      await proxy.renewToken();
    },
    says: /The watch of pods was interrupted: .*\(401\): Unauthorized\. The credentials of the kubeconfig are wrong or have expired/,
    late: 6,
    alsoBad: true,
  },
];
