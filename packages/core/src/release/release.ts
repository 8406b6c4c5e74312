import type { KubeObject } from '../cluster/object.ts';
import { UserError } from '../errors.ts';
import type { Availability } from '../workload/availability.ts';
import type { ImageId } from '../workload/image-ids.ts';
import type { PodTemplate, WorkloadRef } from '../workload/types.ts';
import type { ConfigRecord } from './config-record.ts';
import type { ObjectSet } from './inventory.ts';
import type { Measured } from './measured.ts';

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
  /** File name of the database's last migration when it was put out; empty when unknown. */
  readonly migrationVersion: string;
  readonly created: string;
  /** What the verification measured by which it was marked; absent where it measured no numbers. */
  readonly measured?: Measured;
}

/** One workload of a release. */
export interface ReleaseWorkload {
  readonly workload: WorkloadRef;
  /** As the server defaulted it. */
  readonly template: PodTemplate;
  /** What its pods ran, by container; absent when it was not rolled out, or before PAAL recorded it. */
  readonly images?: Readonly<Record<string, readonly ImageId[]>>;
  /** As it was found; only of what ran before PAAL's first write: what PAAL puts out, it watches. */
  readonly availability?: Availability;
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
  /** What its pods read that it does not hold itself, in hashes; absent as `images` is. */
  readonly config?: ConfigRecord;
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
