import { randomBytes } from 'node:crypto';
import { copyFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, test } from '@jest/globals';
import { execa } from 'execa';
import { stringify } from 'yaml';
import type { Cluster } from '../cluster/cluster.ts';
import { runStep, type StepOptions, type StepResult } from '../contract/run-action.ts';
import { type ApiServer, openApiServer } from './api-server.ts';

/**
 * The cluster that all tests of a run share; `npm test` and `npm run test:e2e` boot it.
 * @throws when jest was started without them
 */
export function sharedCluster(): Cluster {
  const text = process.env.PAAL_TEST_CLUSTER;
  if (!text) throw new Error('There is no cluster: run "npm run test:e2e -- NAME".');
  return JSON.parse(text) as Cluster;
}

function withRealNode(name: string, run: () => Promise<void>, begin: () => void): void {
  if (sharedCluster().realNodes) begin();
  else
    test.skip(`${name} (skipped: it needs a real node, which needs root on Linux, or kind)`, run);
}

/**
 * A test that needs containers that really run; without a real node it is skipped, and says so. Those
 * of one file run side by side, because they mostly wait: each has a playground of its own.
 */
export function realNodeTest(name: string, run: () => Promise<void>): void {
  withRealNode(name, run, () => test.concurrent(name, run));
}

/** The same, one after the other: for tests that go on with what those before them have left. */
export function realNodeTestInOrder(name: string, run: () => Promise<void>): void {
  withRealNode(name, run, () => test(name, run, 600_000));
}

/** A namespace of a test's own, and what a test does in it. */
export interface Playground {
  readonly namespace: string;
  readonly cluster: Cluster;
  /** Runs kubectl in the namespace; gives what it prints. */
  kubectl(...args: readonly string[]): Promise<string>;
  /** The object, as JSON. */
  get<T>(kind: string, name: string): Promise<T>;
  /** The objects with these labels, such as the `deployments` of `apps/v1`. */
  list<T>(version: string, resource: string, labelSelector: string): Promise<readonly T[]>;
  /** Applies objects with kubectl. */
  apply(...objects: readonly object[]): Promise<void>;
  /** Runs an action's bundle against the namespace, as a step of a job. */
  step(
    action: string,
    inputs: Readonly<Record<string, string>>,
    options?: Omit<StepOptions, 'inputs'>,
  ): Promise<StepResult>;
}

let opened: Promise<ApiServer> | undefined;

/** One way to the API server for all tests of a file. */
async function apiServer(): Promise<ApiServer> {
  if (!opened) {
    opened = openApiServer(sharedCluster());
    afterTests(async () => (await opened)?.close());
  }
  return await opened;
}

/** Makes a namespace, which goes when the file's tests have run. */
export async function playground(label: string): Promise<Playground> {
  const cluster = sharedCluster();
  const namespace = `e2e-${label}-${randomBytes(3).toString('hex')}`;
  const base = ['--kubeconfig', cluster.kubeconfig];
  const kubectl = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await execa(cluster.kubectl, [...base, '--namespace', namespace, ...args]);
    return stdout;
  };
  const api = await apiServer();
  await api.create('/api/v1/namespaces', { metadata: { name: namespace } });
  const own = `/api/v1/namespaces/${namespace}`;
  afterTests(() => api.delete(own));
  // Pods are refused until the namespace has its ServiceAccount.
  while (!(await api.read(`${own}/serviceaccounts/default`))) await delay(50);
  return {
    namespace,
    cluster,
    kubectl,
    get: async <T>(kind: string, name: string): Promise<T> =>
      JSON.parse(await kubectl('get', kind, name, '-o', 'json')) as T,
    list: async <T>(version: string, resource: string, labelSelector: string) => {
      const base = version.includes('/') ? '/apis' : '/api';
      const query = new URLSearchParams({ labelSelector });
      const path = `${base}/${version}/namespaces/${namespace}/${resource}?${query}`;
      return (await api.read<{ readonly items: readonly T[] }>(path))?.items ?? [];
    },
    apply: async (...objects) => {
      const input = objects.map((object) => stringify(object)).join('---\n');
      await execa(cluster.kubectl, [...base, '--namespace', namespace, 'apply', '-f', '-'], {
        input,
      });
    },
    step: async (action, inputs, options = {}) => {
      const result = await runStep(action, {
        ...options,
        inputs: { namespace, ...inputs },
        env: { KUBECONFIG: cluster.kubeconfig, ...options.env },
      });
      await keepFlightRecord(result, label);
      return result;
    },
  };
}

let kept = 0;

/** Keeps the flight record of a step where PAAL_FLIGHT_RECORDS names a folder for them. */
async function keepFlightRecord({ outputs }: StepResult, label: string): Promise<void> {
  const folder = process.env.PAAL_FLIGHT_RECORDS;
  if (!folder || !outputs.report) return;
  kept += 1;
  const record = join(dirname(outputs.report), 'flight.jsonl');
  const copy = join(folder, `${label}-${kept}.jsonl`);
  // Not every step that reports has watched something.
  await copyFile(record, copy).catch(() => undefined);
}

const cleanUps: (() => Promise<unknown>)[] = [];

/** Does `work` after the last test of the file, whatever happened. */
export function afterTests(work: () => Promise<unknown>): void {
  cleanUps.push(work);
}

afterAll(async () => {
  for (const work of cleanUps.reverse()) await work();
});
