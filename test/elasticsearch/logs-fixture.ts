import { afterEach, beforeEach } from '@jest/globals';
import type { Clock } from '@paal/core/clock';
import { checkSchema } from '@paal/core/config/check-schema';
import type { Observation } from '@paal/core/verify/check';
import { logsProbe } from '@paal/core/verify/checks/logs';
import type { Probe, Surroundings } from '@paal/core/verify/probe';
import type { Live } from '@paal/core/workload/live';
import type { Pod } from '@paal/core/workload/types';
import type { Document } from './documents.ts';
import {
  type ElasticsearchDouble,
  lineOf,
  startElasticsearchDouble,
} from './elasticsearch-double.ts';

/** The server's time, a day away from ours. */
export const NOW = Date.parse('2024-01-02T03:30:00Z');
/** Seconds since the release began, and since when its pods are ready. */
export const AGE = 300;
export const READY_FOR = 240;

export const ago = (seconds: number): number => NOW - seconds * 1_000;
export const NEVER = new AbortController().signal;
export const POD = 'web-7d9f8b6c5-abcde';

export let double: ElasticsearchDouble;

beforeEach(async () => {
  double = await startElasticsearchDouble('logstash-2024.01.02', () => NOW);
});
afterEach(async () => await double.stop());

export function podOf(name: string, ready = true): Pod {
  const lastTransitionTime = new Date(ago(READY_FOR)).toISOString();
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, uid: name, creationTimestamp: new Date(ago(AGE - 5)).toISOString() },
    spec: { containers: [] },
    status: {
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime }],
    },
  };
}

export interface Options {
  readonly pods?: readonly Pod[];
  readonly age?: number | undefined;
  readonly elapsed?: () => number;
  readonly duration?: number;
}

export function create(
  more: object = {},
  elasticsearch: object = {},
  options: Options = {},
): Probe {
  const { pods = [podOf(POD)], elapsed = () => 0 } = options;
  const age = 'age' in options ? options.age : AGE * 1_000;
  const workload = { kind: 'Deployment', namespace: 'shop', name: 'web' } as const;
  const live: Live = {
    connection: undefined as never,
    namespace: 'shop',
    names: ['deployment/web'],
    age: () => age,
    read: async () => [
      { workload, object: undefined, pods, newPods: pods, progress: undefined, events: [] },
    ],
  };
  const clock: Clock = { now: elapsed, sleep: async () => undefined };
  const context: Surroundings = {
    variables: {
      url: undefined,
      version: undefined,
      namespace: 'shop',
      environment: undefined,
      app: undefined,
      release: undefined,
    },
    servers: { prometheus: undefined, alertmanager: undefined, elasticsearch: double.url },
    live,
    before: () => undefined,
    clock,
    ...(options.duration === undefined ? {} : { duration: options.duration }),
    workspace: '/',
  };
  const config = checkSchema.parse({ logs: { elasticsearch, ...more } }).logs;
  if (!config) throw new Error('no logs check');
  return logsProbe(config, context);
}

export async function ask(...args: Parameters<typeof create>): Promise<Observation> {
  return await create(...args).measure(NEVER);
}

/** Puts lines into the index: some that are no errors, by the new pod, and these. */
export function index(...documents: readonly Document[]): void {
  double.documents.push(lineOf(POD, ago(60), 'GET / 200'), ...documents);
}
