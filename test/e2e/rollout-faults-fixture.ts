import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type { StepResult } from '../contract/run-action.ts';
import type { Scope } from '../faults/fault.ts';
import { type FaultProxy, startFaultProxy } from '../faults/fault-proxy.ts';
import { afterTests, type Playground, playground } from './fixture.ts';
import {
  applyManifest,
  expectGood,
  expectServing,
  ledger,
  type Versions,
  workspace,
} from './rollout-fixture.ts';
import { until } from './until.ts';
import { web } from './workloads.ts';

/** A namespace in which version 1 serves, and a way to it on which there can be trouble. */
export interface TroubledGround {
  readonly ground: Playground;
  readonly proxy: FaultProxy;
  /** By which rollouts reach the namespace: that of the proxy. */
  readonly kubeconfig: string;
  readonly image: Versions;
}

/**
 * Makes trouble, and resolves when that is over; `enough` resolves when it has lasted so long that it
 * matters.
 */
export type Trouble = (proxy: FaultProxy, enough: () => Promise<void>) => Promise<void>;

/** A rollout of version 2 with trouble on its way. */
export interface TroubledRun {
  readonly step: StepResult;
  /**
   * Seconds from when the cluster showed how it ends, and the trouble was over, to when the step said
   * so; without the bake.
   */
  readonly late: number;
}

/** The writes of the workload itself, without the dry runs before them. */
export const WRITES: Scope = {
  method: 'PATCH',
  resource: 'deployments',
  where: ({ query }) => query.dryRun === undefined,
};

const BAKE = 1_000;

/** Lets trouble last so many seconds. */
export async function lasting(seconds: number): Promise<void> {
  await delay(seconds * 1_000);
}

/**
 * Makes a namespace in which version 1 serves, and a fault proxy before its API server.
 * @param asWhom gives the kubeconfig with which the proxy signs in; default: the administrator's
 */
export async function troubledGround(
  label: string,
  image: Versions,
  asWhom?: (ground: Playground) => Promise<string>,
): Promise<TroubledGround> {
  const ground = await playground(`faults-${label}`);
  const proxy = await startFaultProxy(ground.cluster, await asWhom?.(ground));
  afterTests(() => proxy.stop());
  expectGood(await applyManifest(ground, [web({ image: image.v1, replicas: 2 })]));
  return { ground, proxy, kubeconfig: proxy.kubeconfig, image };
}

/** A step, and when its log said two things, as `performance.now()` counts. */
interface Followed {
  readonly step: StepResult;
  readonly saidAt: number;
  readonly overAt: number;
}

/** What a test rolls out, and when. */
export interface Rollout {
  readonly manifest: object;
  readonly inputs?: Readonly<Record<string, string>>;
  /** The trouble begins when the log has this text; without one, before the step. */
  readonly from?: string;
  /** By this text the log says how the rollout ended. */
  readonly says?: string;
}

/** Rolls out a manifest, with trouble on the way. */
export async function rollOut(
  { ground, kubeconfig }: TroubledGround,
  { manifest, inputs = {}, from, says = '' }: Rollout,
  trouble: () => Promise<void>,
): Promise<Followed> {
  let saidAt = Number.NaN;
  let overAt = Number.NaN;
  let making: Promise<void> | undefined;
  const begin = (): void => {
    making = trouble().then(() => {
      overAt = performance.now();
    });
    making.catch(() => undefined);
  };
  if (from === undefined) begin();
  const step = await ground.step(
    'k8s-rollout',
    { manifests: 'web.yaml', bake: `${BAKE}ms`, ...inputs },
    {
      workspace: await workspace({ 'web.yaml': [manifest] }),
      env: { KUBECONFIG: kubeconfig },
      onLog: (log) => {
        if (!making && from !== undefined && log.includes(from)) begin();
        if (Number.isNaN(saidAt) && log.includes(says)) saidAt = performance.now();
      },
    },
  );
  // A step that never came so far is shown rather than that there was no trouble.
  if (!making) expect(step.log).toContain(from);
  await making;
  return { step, saidAt, overAt };
}

/** What the API server lists of the app `web`; nothing while it is down. */
async function listed<T>(ground: Playground, version: string, resource: string) {
  return await ground.list<T>(version, resource, 'app=web').catch((): readonly T[] => []);
}

interface Deployed {
  readonly metadata: { readonly generation: number };
  readonly spec: {
    readonly replicas: number;
    readonly template: { readonly spec: { readonly containers: readonly [{ image: string }] } };
  };
  readonly status: Readonly<Record<string, number>>;
}

/** When the Deployment `web` is complete with an image, as the API server itself says. */
export async function completion({ ground }: TroubledGround, image: string): Promise<number> {
  return await until(
    `${image} serves`,
    async () => {
      const [web] = await listed<Deployed>(ground, 'apps/v1', 'deployments');
      const { metadata, spec, status } = web ?? {};
      const counts = [status?.replicas, status?.updatedReplicas, status?.availableReplicas];
      return (
        spec?.template.spec.containers[0].image === image &&
        status?.observedGeneration === metadata?.generation &&
        counts.every((count) => count === spec.replicas) &&
        performance.now()
      );
    },
    150,
  );
}

interface Container {
  readonly restartCount: number;
  readonly state: { readonly running?: object; readonly terminated?: object };
  readonly lastState: { readonly terminated?: object };
}

interface Pod {
  readonly status: { readonly containerStatuses?: readonly Container[] };
}

/** When a container of the pods of `web` has exited so often. */
export async function exits({ ground }: TroubledGround, times: number): Promise<number> {
  return await until(
    `${times} exits`,
    async () => {
      const pods = await listed<Pod>(ground, 'v1', 'pods');
      const counts = pods.flatMap(({ status: { containerStatuses = [] } }) =>
        containerStatuses.map(({ restartCount, state, lastState }) => {
          const isDown = !state.running && (state.terminated ?? lastState.terminated);
          return restartCount + (isDown ? 1 : 0);
        }),
      );
      return counts.some((count) => count >= times) && performance.now();
    },
    150,
  );
}

function lateness({ saidAt, overAt }: Followed, shownAt: number): number {
  return (saidAt - Math.max(shownAt, overAt)) / 1_000;
}

/**
 * Rolls out a good version 2 with trouble from its first new pod on, for `seconds` where it is the
 * trouble's to last; it is rolled out, and nothing is taken back.
 */
export async function goodRollout(
  troubled: TroubledGround,
  trouble: Trouble,
  seconds = 5,
): Promise<TroubledRun> {
  const { ground, proxy, image } = troubled;
  const manifest = web({ image: image.v2, replicas: 2, env: { READY_AFTER: '3s' } });
  const rollout = { manifest, from: '1 of 2 updated', says: 'Release 2 serves' };
  const [followed, completeAt] = await Promise.all([
    rollOut(troubled, rollout, () => trouble(proxy, () => lasting(seconds))),
    completion(troubled, image.v2),
  ]);
  const { step } = followed;
  expectGood(step);
  expect(step.outputs).toMatchObject({
    changed: 'true',
    'failure-reason': '',
    'rolled-back': 'not-needed',
    release: '2',
    revision: '2',
  });
  await expectServing(ground, image.v2);
  expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'rolled-out' });
  return { step, late: lateness(followed, completeAt) - BAKE / 1_000 };
}

/**
 * Rolls out a version 2 that crashes, with trouble from its first exit on, until at least after the
 * exit that decides; it is failed for that, once, and version 1 serves again.
 */
export async function badRollout(
  troubled: TroubledGround,
  trouble: Trouble,
  seconds = 5,
): Promise<TroubledRun> {
  const { ground, proxy, image } = troubled;
  const decided = exits(troubled, 2);
  decided.catch(() => undefined);
  const followed = await rollOut(
    troubled,
    {
      manifest: web({ image: image.v2, replicas: 2, env: { EXIT_CODE: '3' } }),
      inputs: { budgets: 'CrashLoop=2' },
      from: 'exited with code 3, once so far',
      says: '::group::Roll back to release 1',
    },
    () =>
      trouble(proxy, async () => {
        await Promise.all([decided.then(() => lasting(1)), lasting(seconds)]);
      }),
  );
  const { step } = followed;
  expect(step.outputs).toMatchObject({
    status: 'failed',
    'failure-reason': 'CrashLoop',
    'failed-workload': 'deployment/web',
    'failed-container': 'web',
    'rolled-back': 'succeeded',
    release: '2',
  });
  expect(step.exitCode).toBe(1);
  expect(step.errors).toEqual([expect.stringContaining('exited with code 3')]);
  await expectServing(ground, image.v1);
  expect(await ledger(ground)).toEqual({ 1: 'rolled-out', 2: 'failed' });
  return { step, late: lateness(followed, await decided) };
}
