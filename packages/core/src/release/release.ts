import { gunzipSync, gzipSync } from 'node:zlib';
import { type KubeObject, type ObjectMeta, objectName } from '../cluster/object.ts';
import { UserError } from '../errors.ts';
import type { PodTemplate, WorkloadRef } from '../workload/types.ts';
import type { ObjectSet } from './inventory.ts';

/** What became of a release. `adopted` is what ran before PAAL's first write. */
export const RELEASE_STATUSES = [
  'adopted',
  'started',
  'rolled-out',
  'verified',
  'failed',
  'rolled-back',
  'superseded',
  'interrupted',
] as const;
export type ReleaseStatus = (typeof RELEASE_STATUSES)[number];

/** One entry of the ledger, without its content. */
export interface Release {
  readonly app: string;
  readonly number: number;
  readonly status: ReleaseStatus;
  /** What the user calls it: a tag or commit; empty when unknown. */
  readonly version: string;
  /** `kind/name` of its workloads. */
  readonly workloads: readonly string[];
  /** Those of them that were taken back to an earlier release since. */
  readonly takenBack: readonly string[];
  /** `kind/name` of the workloads of earlier releases that were deleted once this one was verified. */
  readonly pruned: readonly string[];
  /** Address of the run that made it. */
  readonly run: string;
  /** Commit that it is of, empty where that is not known; who had begun the run, empty outside of GitHub. */
  readonly commit: string;
  readonly actor: string;
  readonly created: string;
}

/** One workload of a release. */
export interface ReleaseWorkload {
  readonly workload: WorkloadRef;
  /** As the server defaulted it. */
  readonly template: PodTemplate;
}

/** Everything that is needed to go back to a release. */
export interface ReleaseContent {
  readonly workloads: readonly ReleaseWorkload[];
  /** Objects as they were applied; Secrets without their data. Empty when images were set. */
  readonly objects: readonly KubeObject[];
  /** Whether what it has no longer is deleted once it is verified. */
  readonly prune?: boolean;
  /** What releases before it had, which are not in the ledger for ever. */
  readonly inventory?: readonly ObjectSet[];
}

const LABEL_APP = 'paal.dev/app';
const LABEL_NUMBER = 'paal.dev/release';
const LABEL_STATUS = 'paal.dev/status';
const ANNOTATION_VERSION = 'paal.dev/version';
const ANNOTATION_WORKLOADS = 'paal.dev/workloads';
const ANNOTATION_TAKEN_BACK = 'paal.dev/taken-back';
const ANNOTATION_PRUNED = 'paal.dev/pruned';
const ANNOTATION_RUN = 'paal.dev/run';
const ANNOTATION_COMMIT = 'paal.dev/commit';
const ANNOTATION_ACTOR = 'paal.dev/actor';
const CONTENT_KEY = 'release.json.gz';
/** The API server's limit for a ConfigMap is 1 MiB in all. */
const MOST_BYTES = 900 * 1024;

/** The label selector of an app's releases. */
export function releaseSelector(app: string): string {
  return `${LABEL_APP}=${app},${LABEL_NUMBER}`;
}

/** The label selector of the releases of all other apps. */
export function otherReleasesSelector(app: string): string {
  return `${LABEL_APP}!=${app},${LABEL_NUMBER}`;
}

/** The name of a release's ConfigMap. */
export function releaseName(app: string, number: number): string {
  return `paal.${app}.${number}`;
}

/**
 * The app's name as it stands in names and labels.
 * @throws UserError when it cannot
 */
export function checkAppName(app: string): string {
  if (/^[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?$/.test(app)) return app;
  throw new UserError(
    `The app's name "${app}" cannot be used for the release ledger: write up to 50 lower-case letters, ` +
      'digits and dashes, in the input "app" or in paal.yaml.',
  );
}

/** The app's name where nobody gave one: the repository's name. */
export function appOfRepository(repository: string): string {
  const name = repository.split('/').at(-1) ?? '';
  const clean = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 50);
  return clean === '' ? 'app' : clean;
}

/** Reads a release from its ConfigMap's metadata; `undefined` for what is no release of ours. */
export function releaseOf(metadata: ObjectMeta): Release | undefined {
  const { labels = {}, annotations = {} } = metadata;
  const number = Number(labels[LABEL_NUMBER] ?? Number.NaN);
  const status = RELEASE_STATUSES.find((one) => one === labels[LABEL_STATUS]);
  const app = labels[LABEL_APP];
  if (!Number.isInteger(number) || !status || !app) return undefined;
  const list = (annotation: string): readonly string[] =>
    (annotations[annotation] ?? '').split(',').filter((name) => name !== '');
  return {
    app,
    number,
    status,
    version: annotations[ANNOTATION_VERSION] ?? '',
    workloads: list(ANNOTATION_WORKLOADS),
    takenBack: list(ANNOTATION_TAKEN_BACK),
    pruned: list(ANNOTATION_PRUNED),
    run: annotations[ANNOTATION_RUN] ?? '',
    commit: annotations[ANNOTATION_COMMIT] ?? '',
    actor: annotations[ANNOTATION_ACTOR] ?? '',
    created: metadata.creationTimestamp ?? '',
  };
}

/** The metadata that says what became of a release. */
export function fateOf(
  status: ReleaseStatus,
  takenBack: readonly string[],
): Required<Pick<ObjectMeta, 'labels' | 'annotations'>> {
  return {
    labels: { [LABEL_STATUS]: status },
    annotations: { [ANNOTATION_TAKEN_BACK]: takenBack.join(',') },
  };
}

/** The metadata that says which workloads of earlier releases were deleted after a release. */
export function pruningOf(workloads: readonly string[]): Required<Pick<ObjectMeta, 'annotations'>> {
  return { annotations: { [ANNOTATION_PRUNED]: workloads.join(',') } };
}

/** A Secret's name and kind, without what it holds. */
function withoutSecrets(object: KubeObject): KubeObject {
  if (object.kind !== 'Secret') return object;
  const { data: _, stringData: __, ...rest } = object;
  return rest as KubeObject;
}

/**
 * The ConfigMap of a release.
 * @throws UserError when it would be larger than the API server takes
 */
export function releaseConfigMap(
  release: Omit<Release, 'created' | 'workloads' | 'takenBack' | 'pruned'>,
  content: ReleaseContent,
): KubeObject {
  const stored: ReleaseContent = { ...content, objects: content.objects.map(withoutSecrets) };
  const compressed = gzipSync(JSON.stringify(stored)).toString('base64');
  if (compressed.length > MOST_BYTES) {
    throw new UserError(
      `Release ${release.number} is too large for the ledger (${compressed.length} bytes compressed; ` +
        `${MOST_BYTES} fit): split the app in two. Nothing was changed.`,
    );
  }
  const workloads = content.workloads.map(({ workload }) =>
    objectName(workload.kind, workload.name),
  );
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: releaseName(release.app, release.number),
      labels: {
        [LABEL_APP]: release.app,
        [LABEL_NUMBER]: String(release.number),
        [LABEL_STATUS]: release.status,
      },
      annotations: {
        [ANNOTATION_VERSION]: release.version,
        [ANNOTATION_WORKLOADS]: workloads.join(','),
        [ANNOTATION_RUN]: release.run,
        [ANNOTATION_COMMIT]: release.commit,
        [ANNOTATION_ACTOR]: release.actor,
      },
    },
    binaryData: { [CONTENT_KEY]: compressed },
    immutable: true,
  };
}

/**
 * The content of a release's ConfigMap.
 * @throws UserError when it is not readable
 */
export function contentOf(configMap: KubeObject): ReleaseContent {
  const data = configMap.binaryData as Readonly<Record<string, string>> | undefined;
  try {
    const text = gunzipSync(Buffer.from(data?.[CONTENT_KEY] ?? '', 'base64')).toString('utf8');
    const content = JSON.parse(text) as ReleaseContent;
    if (Array.isArray(content.workloads) && Array.isArray(content.objects)) return content;
    throw new Error('neither workloads nor objects');
  } catch (error) {
    throw new UserError(
      `The ledger's entry configmap/${configMap.metadata.name} cannot be read: somebody changed it, or another version of PAAL wrote it.`,
      { cause: error },
    );
  }
}
