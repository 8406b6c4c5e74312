import { request } from 'node:http';
import { publish } from '../cluster/services/publish.ts';
import type { Playground } from './fixture.ts';
import { until } from './until.ts';

/** Requests that wait for their answers; what is beyond it is left out, not made up for. */
const MOST_AT_ONCE = 300;
const TICK_MS = 20;

/** What became of requests that came at an even rate. */
export interface SteadyLoad {
  /** Answers by status; `lost` are those without one. */
  readonly answers: Readonly<Record<string, number>>;
  /** When the first answer with 500 came; `undefined` until then. */
  readonly firstError: Date | undefined;
  stop(): Promise<void>;
}

/** A Service of the namespace on a port of this machine. */
export async function publishService(ground: Playground, name = 'web') {
  const address = '-ojsonpath={.spec.clusterIP}';
  const host = await ground.kubectl('get', 'service', name, address);
  return await publish(ground.cluster, { host, port: 80 });
}

/**
 * Asks `url` for so many answers a second, each on a connection of its own, so that a Service chooses
 * a pod anew each time; resolves when the first is answered.
 */
export async function startSteadyLoad(url: string, perSecond: number): Promise<SteadyLoad> {
  const answers: Record<string, number> = {};
  let firstError: Date | undefined;
  let waiting = 0;
  const count = (what: string): void => {
    answers[what] = (answers[what] ?? 0) + 1;
    if (what === '500') firstError ??= new Date();
  };
  const ask = (): void => {
    if (waiting >= MOST_AT_ONCE) return;
    waiting += 1;
    const asked = request(url, { agent: false });
    asked.once('response', (response) => {
      count(String(response.statusCode));
      response.resume().on('error', () => undefined);
    });
    asked.on('error', () => count('lost'));
    asked.once('close', () => {
      waiting -= 1;
    });
    asked.end();
  };
  const begin = performance.now();
  let asked = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - begin) / 1_000) * perSecond);
    for (; asked < due; asked += 1) ask();
  }, TICK_MS);
  const stop = async (): Promise<void> => {
    clearInterval(timer);
    await until('the last requests have ended', async () => waiting === 0);
  };
  try {
    await until('the Service answers', async () =>
      Object.keys(answers).some((what) => what !== 'lost'),
    );
  } catch (error) {
    clearInterval(timer);
    throw error;
  }
  return {
    answers,
    get firstError() {
      return firstError;
    },
    stop,
  };
}
