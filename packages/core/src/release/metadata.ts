import { type KubeObject, type ObjectMeta, objectName } from '../cluster/object.ts';
import { UserError } from '../errors.ts';
import { type Measured, readMeasured, writeMeasured } from './measured.ts';
import { readNames, readSubset, writeNames, writeSubset } from './name-list.ts';
import {
  RELEASE_STATUSES,
  type Release,
  type ReleaseStatus,
  type ReleaseWorkload,
  releaseName,
} from './release.ts';

const LABEL_APP = 'paal.dev/app';
const LABEL_NUMBER = 'paal.dev/release';
/** Of what is not a release, but holds some of one: what it is a part of. */
const LABEL_PART_OF = 'paal.dev/part-of';
const LABEL_STATUS = 'paal.dev/status';
const ANNOTATION_VERSION = 'paal.dev/version';
const ANNOTATION_WORKLOADS = 'paal.dev/workloads';
const ANNOTATION_TAKEN_BACK = 'paal.dev/taken-back';
const ANNOTATION_MEASURED = 'paal.dev/measured';
const ANNOTATION_PRUNED = 'paal.dev/pruned';
const ANNOTATION_RUN = 'paal.dev/run';
const ANNOTATION_COMMIT = 'paal.dev/commit';
const ANNOTATION_ACTOR = 'paal.dev/actor';
const ANNOTATION_MIGRATION = 'paal.dev/migration-version';
/** The API server takes 256 KiB of annotations; what becomes of a release is written later. */
const MOST_BYTES = 160 * 1024;

/** The label selector of an app's releases. */
export function releaseSelector(app: string): string {
  return `${LABEL_APP}=${app},${LABEL_NUMBER}`;
}

/** The label selector of the releases of all other apps. */
export function otherReleasesSelector(app: string): string {
  return `${LABEL_APP}!=${app},${LABEL_NUMBER}`;
}

/** The label selector of an app's releases and of their parts. */
export function ledgerSelector(app: string): string {
  return `${LABEL_APP}=${app}`;
}

/** The label selector of what does not belong to any ledger. */
export const NO_LEDGER = `!${LABEL_APP}`;

/** What a release is told by when it begins. */
export type ReleaseHead = Omit<
  Release,
  'created' | 'workloads' | 'takenBack' | 'pruned' | 'measured'
>;

/** Reads a release from its ConfigMap's metadata; `undefined` for what is no release of ours. */
export function releaseOf(metadata: ObjectMeta): Release | undefined {
  const { labels = {}, annotations = {} } = metadata;
  const number = Number(labels[LABEL_NUMBER] ?? Number.NaN);
  const status = RELEASE_STATUSES.find((one) => one === labels[LABEL_STATUS]);
  const app = labels[LABEL_APP];
  if (!Number.isInteger(number) || !status || !app) return undefined;
  const text = (annotation: string): string => annotations[annotation] ?? '';
  const workloads = readNames(text(ANNOTATION_WORKLOADS));
  const measured = readMeasured(text(ANNOTATION_MEASURED));
  return {
    app,
    number,
    status,
    version: text(ANNOTATION_VERSION),
    workloads,
    takenBack: readSubset(text(ANNOTATION_TAKEN_BACK), workloads),
    pruned: readNames(text(ANNOTATION_PRUNED)),
    run: text(ANNOTATION_RUN),
    commit: text(ANNOTATION_COMMIT),
    actor: text(ANNOTATION_ACTOR),
    migrationVersion: text(ANNOTATION_MIGRATION),
    created: metadata.creationTimestamp ?? '',
    ...(measured ? { measured } : {}),
  };
}

/**
 * The metadata of the ConfigMap of a release that begins.
 * @throws UserError when it would be larger than the API server takes
 */
export function headMetadata(
  release: ReleaseHead,
  content: readonly ReleaseWorkload[],
): Required<Pick<ObjectMeta, 'name' | 'labels' | 'annotations'>> {
  const names = content.map(({ workload: { kind, name } }) => objectName(kind, name));
  const workloads = writeNames(names);
  if (workloads.length > MOST_BYTES) {
    throw new UserError(
      `Release ${release.number} has too many workloads for the ledger (${names.length}; their names take ` +
        `${workloads.length} bytes, and ${MOST_BYTES} fit): split the app in two. Nothing was changed.`,
    );
  }
  return {
    name: releaseName(release.app, release.number),
    labels: {
      [LABEL_APP]: release.app,
      [LABEL_NUMBER]: String(release.number),
      [LABEL_STATUS]: release.status,
    },
    annotations: {
      [ANNOTATION_VERSION]: release.version,
      [ANNOTATION_WORKLOADS]: workloads,
      [ANNOTATION_RUN]: release.run,
      [ANNOTATION_COMMIT]: release.commit,
      [ANNOTATION_ACTOR]: release.actor,
      [ANNOTATION_MIGRATION]: release.migrationVersion,
    },
  };
}

/** The metadata that says what became of a release. */
export function fateOf(
  { workloads }: Pick<Release, 'workloads'>,
  status: ReleaseStatus,
  takenBack: readonly string[],
  measured: Measured = {},
): Required<Pick<ObjectMeta, 'labels' | 'annotations'>> {
  const numbers = writeMeasured(measured);
  return {
    labels: { [LABEL_STATUS]: status },
    annotations: {
      [ANNOTATION_TAKEN_BACK]: writeSubset(takenBack, workloads),
      ...(numbers ? { [ANNOTATION_MEASURED]: numbers } : {}),
    },
  };
}

/** The metadata that says which workloads of earlier releases were deleted after a release. */
export function pruningOf(workloads: readonly string[]): Required<Pick<ObjectMeta, 'annotations'>> {
  return { annotations: { [ANNOTATION_PRUNED]: writeNames(workloads) } };
}

/** A ConfigMap that holds a part of a release: lists of releases do not see it. It never changes. */
export function partConfigMap(
  { app, number }: Pick<Release, 'app' | 'number'>,
  name: string,
  binaryData: Readonly<Record<string, string>>,
): KubeObject {
  const labels = { [LABEL_APP]: app, [LABEL_PART_OF]: String(number) };
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, labels },
    binaryData,
    immutable: true,
  };
}

/** The number of the release that a ConfigMap is a part of; `undefined` when it is none. */
export function partOf({ labels = {} }: ObjectMeta): number | undefined {
  const number = Number(labels[LABEL_PART_OF] ?? Number.NaN);
  return Number.isInteger(number) ? number : undefined;
}
