import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, expect } from '@jest/globals';
import { stringify } from 'yaml';
import type { StepOptions, StepResult } from '../contract/run-action.ts';
import { type TestImage, testApp } from '../images/test-app.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { type Playground, sharedCluster } from './fixture.ts';

/** The versions of the test application that rollouts and rollbacks go between. */
export interface Versions {
  readonly v1: string;
  readonly v2: string;
  readonly v3: string;
  /** A tag that the registry does not have. */
  readonly missing: string;
}

/** Puts the versions into the cluster's registry. */
export async function versions(): Promise<Versions> {
  const { registry } = sharedCluster();
  const images: readonly TestImage[] = await testApp(registry, ['v1', 'v2', 'v3']);
  const [v1 = '', v2 = '', v3 = ''] = images.map(({ image }) => image);
  return { v1, v2, v3, missing: `${registry}/test-app:missing` };
}

/** The versions, in the registry before the first test of the file; not to be read before that. */
export function testVersions(): Versions {
  const image = { v1: '', v2: '', v3: '', missing: '' };
  beforeAll(async () => {
    Object.assign(image, await versions());
  });
  return image;
}

/** A workspace with these files: objects become YAML documents, text stays as it is. */
export async function workspace(
  files: Readonly<Record<string, string | readonly object[]>>,
): Promise<string> {
  const directory = await temporaryFolder('workspace');
  for (const [name, content] of Object.entries(files)) {
    const file = join(directory, name);
    await mkdir(dirname(file), { recursive: true });
    const text =
      typeof content === 'string'
        ? content
        : content.map((object) => stringify(object)).join('---\n');
    await writeFile(file, text);
  }
  return directory;
}

type Inputs = Readonly<Record<string, string>>;

/** Rolls out these objects as the manifest `web.yaml`. */
export async function applyManifest(
  ground: Playground,
  objects: readonly object[],
  inputs: Inputs = {},
  options: Pick<StepOptions, 'onLog' | 'env'> = {},
): Promise<StepResult> {
  return await ground.step(
    'k8s-rollout',
    { manifests: 'web.yaml', bake: '1s', ...inputs },
    { ...options, workspace: await workspace({ 'web.yaml': objects }) },
  );
}

/** Rolls out an image of the Deployment `name`, whose container has the same name. */
export async function setImage(
  ground: Playground,
  image: string,
  inputs: Inputs = {},
  { name = 'web', env = {} }: { readonly name?: string; readonly env?: Inputs } = {},
): Promise<StepResult> {
  const images = { workloads: `deployment/${name}`, images: `${name}=${image}` };
  return await ground.step('k8s-rollout', { ...images, bake: '1s', ...inputs }, { env });
}

export async function rollBack(
  ground: Playground,
  inputs: Inputs = {},
  env: Inputs = {},
): Promise<StepResult> {
  return await ground.step('rollback', { bake: '1s', ...inputs }, { env });
}

/** Applies objects with kubectl, and waits until the Deployments among them serve. */
export async function applyWithKubectl(
  ground: Playground,
  ...objects: readonly object[]
): Promise<void> {
  await ground.apply(...objects);
  await ground.kubectl('rollout', 'status', 'deployment', '--timeout=60s');
}

export function expectGood(step: StepResult): void {
  expect(step.errors).toEqual([]);
  expect(step.outputs.status).toBe('succeeded');
  expect(step.exitCode).toBe(0);
}

/** What became of the releases of an app, by number. */
export async function ledger(
  ground: Playground,
  app = 'shop',
): Promise<Readonly<Record<string, string>>> {
  const items = await ground.list<{
    readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  }>('v1', 'configmaps', `paal.dev/app=${app}`);
  return Object.fromEntries(
    items.map(({ metadata: { labels } }) => [
      labels['paal.dev/release'] ?? '',
      labels['paal.dev/status'] ?? '',
    ]),
  );
}

interface Workload {
  readonly metadata: { readonly generation: number };
  readonly spec: { readonly replicas?: number };
  readonly status: Readonly<Record<string, number>>;
}

interface Pod {
  readonly metadata: { readonly deletionTimestamp?: string };
  readonly spec: { readonly containers: readonly { readonly image: string }[] };
  readonly status: { readonly containerStatuses?: readonly { readonly ready: boolean }[] };
}

type Kind = 'Deployment' | 'StatefulSet' | 'DaemonSet';

/** How many pods of a workload there should be; asks the cluster whether all are new and available. */
async function expectComplete(ground: Playground, kind: Kind, name: string): Promise<number> {
  const resource = `${kind.toLowerCase()}s`;
  const [workload] = await ground.list<Workload>('apps/v1', resource, `app=${name}`);
  const { status } = workload ?? {};
  expect(status?.observedGeneration).toBe(workload?.metadata.generation);
  if (kind === 'DaemonSet') {
    const desired = status?.desiredNumberScheduled ?? 0;
    expect(status).toMatchObject({ updatedNumberScheduled: desired, numberAvailable: desired });
    return desired;
  }
  const replicas = workload?.spec.replicas ?? 0;
  const whole = { replicas, updatedReplicas: replicas, availableReplicas: replicas };
  expect(status).toMatchObject(whole);
  return replicas;
}

/** Asks the cluster whether all pods of a workload run `image`, and all of them are ready. */
export async function expectServing(
  ground: Playground,
  image: string,
  name = 'web',
  kind: Kind = 'Deployment',
): Promise<void> {
  const wanted = await expectComplete(ground, kind, name);
  const pods = await ground.list<Pod>('v1', 'pods', `app=${name}`);
  const living = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined);
  expect(
    living.map((pod) => ({
      images: pod.spec.containers.map((container) => container.image),
      ready: pod.status.containerStatuses?.map(({ ready }) => ready),
    })),
  ).toEqual(Array(wanted).fill({ images: [image], ready: [true] }));
}

/** The report that a step wrote. */
export async function reportOf(step: StepResult): Promise<Readonly<Record<string, unknown>>> {
  return JSON.parse(await readFile(step.outputs.report ?? '', 'utf8'));
}

/** The flight record that a step wrote, line by line. */
export async function flightRecordOf(step: StepResult): Promise<readonly string[]> {
  const file = join(dirname(step.outputs.report ?? ''), 'flight.jsonl');
  return (await readFile(file, 'utf8')).trimEnd().split('\n');
}
