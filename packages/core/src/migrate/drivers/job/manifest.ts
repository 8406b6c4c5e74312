import type { KubeObject, OwnerReference } from '../../../cluster/object.ts';
import type { Container, PodTemplate } from '../../../workload/types.ts';
import { EXIT_CODES } from '../../exit-code.ts';
import { CHANGELOG } from '../../history.ts';
import { type MigrateRequest, runnerArguments } from '../../request.ts';
import { jobLabels, jobName } from './name.ts';
import type { JobOptions } from './options.ts';
import type { PodBase } from './pod-source.ts';
import { FILES, START_FILE, WORK } from './start-script.ts';

/** Kubernetes' default, which keeps the log's end where a container did not write a message. */
const RESULT_FILE = '/dev/termination-log';
/** Seconds that the runner has to come to its next safe point when its pod is ended. */
const GRACE = 60;

/**
 * What no mesh is to add to the pod: a sidecar that does not end keeps a Job from ending, and one that
 * is not up yet keeps the database from being reached.
 */
const NO_SIDECAR = { 'sidecar.istio.io/inject': 'false' };
const NO_SIDECARS = { ...NO_SIDECAR, 'linkerd.io/inject': 'disabled' };

/** The exit codes after which another pod would do no better. */
const DECIDED = Object.values(EXIT_CODES)
  .filter((code) => code !== EXIT_CODES.succeeded)
  .sort((a, b) => a - b);

interface Named {
  readonly name: string;
}

/** The names of what is made for a Job. */
export function partNames(job: string): {
  readonly runner: string;
  readonly migrations: string;
  readonly secret: string;
} {
  return { runner: `${job}-runner`, migrations: `${job}-migrations`, secret: `${job}-uri` };
}

const VOLUMES = ['paal-files', 'paal-work'];

function volumes(name: string, { migrations }: JobOptions): readonly object[] {
  const parts = partNames(name);
  const maps = [parts.runner, ...(migrations === 'checkout' ? [parts.migrations] : [])];
  return [
    {
      name: 'paal-files',
      projected: { sources: maps.map((map) => ({ configMap: { name: map } })) },
    },
    { name: 'paal-work', emptyDir: {} },
  ];
}

function uriEnv(name: string, { uri }: JobOptions): readonly object[] {
  if (uri.kind === 'environment') return [];
  const reference =
    uri.kind === 'secret'
      ? { name: uri.name, key: uri.key }
      : { name: partNames(name).secret, key: 'uri' };
  return [{ name: 'MONGODB_URI', valueFrom: { secretKeyRef: reference } }];
}

/** What the runner is called with. */
function commandLine(request: MigrateRequest, { changelog }: JobOptions): readonly string[] {
  const more = changelog === CHANGELOG ? [] : [`--changelog=${changelog}`];
  return [...runnerArguments(request), ...more];
}

function withRunner(
  container: Container,
  name: string,
  request: MigrateRequest,
  options: JobOptions,
): Container {
  const {
    args: _,
    livenessProbe: _liveness,
    readinessProbe: _readiness,
    startupProbe: _startup,
    lifecycle: _lifecycle,
    ports: _ports,
    ...rest
  } = container;
  const env = (container.env ?? []) as readonly Named[];
  const uri = uriEnv(name, options);
  const mounts = (container.volumeMounts ?? []) as readonly Named[];
  const set = new Set(['PAAL_RESULT_FILE', 'TMPDIR', ...(uri.length > 0 ? ['MONGODB_URI'] : [])]);
  return {
    ...rest,
    command: ['node', `${FILES}/${START_FILE}`, ...commandLine(request, options)],
    env: [
      ...env.filter((one) => !set.has(one.name)),
      ...uri,
      { name: 'PAAL_RESULT_FILE', value: RESULT_FILE },
      { name: 'TMPDIR', value: WORK },
    ],
    terminationMessagePath: RESULT_FILE,
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: [
      ...mounts.filter((mount) => !VOLUMES.includes(mount.name)),
      { name: 'paal-files', mountPath: FILES, readOnly: true },
      { name: 'paal-work', mountPath: WORK },
    ],
  };
}

/** Who asked, for whoever finds the objects. */
function annotationsOf({ runner: { run, actor, sha } }: MigrateRequest): Record<string, string> {
  return { 'paal.dev/run': run, 'paal.dev/actor': actor, 'paal.dev/commit': sha };
}

/**
 * The Job that runs `request`. It is suspended until what it needs is there. Nothing is tried again but
 * a pod that the cluster itself ended (https://kubernetes.io/docs/concepts/workloads/controllers/job/,
 * Pod failure policy): a migration that failed is not cured by running it again.
 */
export function jobManifest(
  request: MigrateRequest,
  options: JobOptions,
  base: PodBase,
  key: string,
): KubeObject {
  const name = jobName(options.run, key);
  const { metadata = {}, spec } = base.template;
  const [container, ...others] = spec.containers as [Container, ...Container[]];
  const labels = jobLabels(options.run, key);
  const annotations = annotationsOf(request);
  const kept = (spec.volumes ?? []) as readonly Named[];
  const onExitCodes = { containerName: container.name, operator: 'In', values: DECIDED };
  const template: PodTemplate = {
    metadata: {
      labels: { ...metadata.labels, ...NO_SIDECAR, ...labels },
      annotations: { ...metadata.annotations, ...NO_SIDECARS, ...annotations },
    },
    spec: {
      terminationGracePeriodSeconds: GRACE,
      ...spec,
      restartPolicy: 'Never',
      volumes: [...kept.filter((one) => !VOLUMES.includes(one.name)), ...volumes(name, options)],
      containers: [withRunner(container, name, request, options), ...others],
    },
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: options.namespace, labels, annotations },
    spec: {
      suspend: true,
      parallelism: 1,
      completions: 1,
      backoffLimit: 0,
      activeDeadlineSeconds: Math.max(1, Math.ceil(options.timeout / 1_000)),
      podFailurePolicy: {
        rules: [
          { action: 'FailJob', onExitCodes },
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] },
        ],
      },
      template,
    },
  };
}

/** Metadata of what goes with `job`. No `blockOwnerDeletion`, which takes more than the role `edit`. */
export function ownedMetadata(job: KubeObject, name: string): KubeObject['metadata'] {
  const { uid = '', namespace = '', labels = {} } = job.metadata;
  const owner = { apiVersion: job.apiVersion, kind: job.kind, name: job.metadata.name, uid };
  const ownerReferences: readonly OwnerReference[] = [owner];
  return { name, namespace, labels, ownerReferences };
}
