import { expect } from '@jest/globals';
import type { StepOptions, StepResult } from '../contract/run-action.ts';
import { hold } from '../faults/connections.ts';
import type { Scope } from '../faults/fault.ts';
import { type FaultProxy, startFaultProxy } from '../faults/fault-proxy.ts';
import type { RecordedRequest } from '../faults/requests.ts';
import { afterTests, type Playground, playground, sharedCluster } from './fixture.ts';
import {
  applyManifest,
  expectGood,
  expectServing,
  ledger,
  reportOf,
  type Versions,
} from './rollout-fixture.ts';
import { type WebOptions, web } from './workloads.ts';

/** As the runner ends a step, one after the other, and as a machine that is lost ends it. */
export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGKILL'] as const;
export type Signal = (typeof SIGNALS)[number];

/** From the signal to the end of the process: the runner waits for 7.5 s before it sends the next. */
const LATEST_END = 7;

/** Where a run is stopped: at a line of its log, or at a request that is then never answered. */
export type Moment =
  | { readonly line: RegExp }
  | {
      /** The API server has done it, or has not seen it. */
      readonly request: 'before' | 'after';
      readonly of: (request: RecordedRequest, sofar: readonly RecordedRequest[]) => boolean;
      /** Which of those requests. */
      readonly nth?: number;
      /** Whether it breaks when the signal is sent; else only when the process has ended. */
      readonly breaks?: boolean;
    };

/** A write of an object, not a dry run. */
export function writeOf(resource: string, name?: string): (request: RecordedRequest) => boolean {
  return (request) =>
    request.resource === resource &&
    ['PATCH', 'PUT', 'POST'].includes(request.method) &&
    request.query.dryRun === undefined &&
    (name === undefined || request.name === name);
}

/** What is rolled out: a workload of this kind, and its ConfigMap. */
export type WalkedKind = NonNullable<WebOptions['kind']>;

/** A namespace in which runs are stopped, on a way to it that all of the file share. */
export interface KillingGround extends Playground {
  readonly proxy: FaultProxy;
  readonly kind: WalkedKind;
  /** The workload's resource: `deployments`. */
  readonly resource: string;
}

let shared: Promise<FaultProxy> | undefined;

export async function killingGround(label: string, kind: WalkedKind): Promise<KillingGround> {
  if (!shared) {
    shared = startFaultProxy(sharedCluster());
    afterTests(async () => (await shared)?.stop());
  }
  const ground = await playground(`killed-${label}`);
  return { ...ground, proxy: await shared, kind, resource: `${kind.toLowerCase()}s` };
}

/** The objects of a version: its ConfigMap says the same as its workload's image. */
export function version(kind: WalkedKind, image: string, round: string): readonly object[] {
  const data = { IMAGE: image, ROUND: round };
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data };
  const container = { envFrom: [{ configMapRef: { name: 'settings' } }] };
  return [configMap, web({ kind, image, container, env: { ROUND: round } })];
}

/** A release that serves, or did. */
export interface Put {
  readonly image: string;
  readonly objects: readonly object[];
  readonly number: number;
}

/** What may be rolled out after `serving`: another image, in objects that no other release has. */
export function after(
  { kind }: KillingGround,
  { v1, v2, v3 }: Versions,
  serving: Put | undefined,
  round: string,
): Omit<Put, 'number'> {
  const next = [v1, v2, v3].find((one) => one !== serving?.image) ?? v1;
  return { image: next, objects: version(kind, next, round) };
}

/** Rolls it out. */
export async function put(ground: Playground, one: Omit<Put, 'number'>): Promise<Put> {
  const step = await applyManifest(ground, one.objects);
  expectGood(step);
  return { ...one, number: Number(step.outputs.release) };
}

/** A run that was stopped. */
export interface Killed {
  readonly step: StepResult;
  readonly post: StepResult;
}

/** Does `run`, and sends it a signal at a moment; it ends in time, and its report is whole. */
export async function kill(
  { proxy, namespace }: KillingGround,
  signal: Signal,
  moment: Moment,
  run: (options: Pick<StepOptions, 'onLog' | 'env'>) => Promise<StepResult>,
): Promise<Killed> {
  let send: ((signal: NodeJS.Signals) => void) | undefined;
  let sentAt: number | undefined;
  const strike = (): void => {
    if (sentAt !== undefined) return;
    sentAt = performance.now();
    send?.(signal);
    if ('breaks' in moment) injection?.off();
  };
  const from = proxy.requests.length;
  let met = 0;
  const isIt = (request: RecordedRequest): boolean => {
    if (!('request' in moment) || request.namespace !== namespace) return false;
    const sofar = proxy.requests.slice(from).filter((one) => one.namespace === namespace);
    if (!moment.of(request, sofar)) return false;
    met += 1;
    return met === (moment.nth ?? 1);
  };
  const scope: Scope = { where: isIt, times: 1 };
  const injection =
    'request' in moment ? proxy.inject(hold(moment.request, strike), scope) : undefined;
  const onLog: StepOptions['onLog'] = (log, sender) => {
    send = sender;
    if ('line' in moment && moment.line.test(log)) strike();
  };
  const step = await run({ env: { KUBECONFIG: proxy.kubeconfig }, onLog });
  injection?.off();
  // A run that never came so far is shown rather than that it was not stopped.
  if (sentAt === undefined) throw new Error(`It was not stopped:\n${step.log}`);
  expect((performance.now() - sentAt) / 1_000).toBeLessThan(LATEST_END);
  return { step, post: await step.post() };
}

interface Managed {
  readonly metadata: {
    readonly managedFields: readonly {
      readonly manager: string;
      readonly operation: string;
      readonly subresource?: string;
    }[];
  };
}

/** Nobody but PAAL and Kubernetes itself has set a field, as if no run had ever been stopped. */
export async function expectNoLeftovers(
  ground: Playground & Pick<KillingGround, 'resource'>,
): Promise<void> {
  for (const resource of [ground.resource, 'configmaps']) {
    const core = resource === 'configmaps';
    const all = await ground.list<Managed & { metadata: { name: string } }>(
      core ? 'v1' : 'apps/v1',
      resource,
      core ? '!paal.dev/app' : '',
    );
    for (const { metadata } of all.filter((one) => one.metadata.name !== 'kube-root-ca.crt')) {
      const managers = metadata.managedFields
        .filter(({ subresource }) => subresource === undefined)
        .map(({ manager, operation }) => `${manager} ${operation}`);
      expect(managers.filter((one) => one !== 'kube-controller-manager Update')).toEqual([
        'paal Apply',
      ]);
    }
  }
}

/** The ConfigMap is the one of the image that serves. */
export async function expectVersion(ground: KillingGround, image: string): Promise<void> {
  await expectServing(ground, image, 'web', ground.kind);
  const { data } = await ground.get<{ data: { IMAGE: string } }>('configmap', 'settings');
  expect(data.IMAGE).toBe(image);
}

/** Rolls the same out once more, and nothing is changed by it. */
export async function expectNoChange(
  ground: Playground,
  objects: readonly object[],
): Promise<void> {
  const before = await ledger(ground);
  const step = await applyManifest(ground, objects);
  expectGood(step);
  expect(step.outputs.changed).toBe('false');
  expect(await ledger(ground)).toEqual(before);
}

/** A run that could still say how it ended has given the lease back, and has left its report. */
export async function expectToldEnd(
  ground: Playground,
  { step, post }: Killed,
  { status, says }: { readonly status: string; readonly says: RegExp | undefined },
): Promise<void> {
  expect(step.outputs.status).toBe(status);
  expect(step.exitCode).toBe(status === 'succeeded' ? 0 : 1);
  expect(step.errors).toEqual(says ? [expect.stringMatching(says)] : []);
  expect(await reportOf(step)).toMatchObject({ status });
  expect(step.summary).toMatch(/^## /);
  expect(post.summary).toBe('');
  const holder = '-ojsonpath={.spec.holderIdentity}';
  expect(await ground.kubectl('get', 'lease', 'paal-shop', holder)).toBe('');
}

/** A run that was killed has left what the post step makes its report and its summary of. */
export async function expectCompleted({ step, post }: Killed, doing: string): Promise<void> {
  expect(step.exitCode).toBeNull();
  expect(post.exitCode).toBe(0);
  const verdict = `The run was killed while it ${doing}.`;
  expect(await reportOf(step)).toMatchObject({ status: 'cancelled', verdict });
  expect(post.summary).toContain(`was killed\n\n**${verdict}**`);
  expect(post.log).toContain(`::warning::${verdict} `);
}

/** The table of releases that a rollback gives says what the ledger says. */
export async function expectHistory(ground: Playground, step: StepResult): Promise<void> {
  const rows = (step.outputs.history ?? '').split('\n').slice(1);
  const told = rows.map((row) => row.split(/ {2,}/).slice(0, 2));
  expect(Object.fromEntries(told)).toEqual(await ledger(ground));
}
