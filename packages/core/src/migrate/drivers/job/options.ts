import type { KubeObject } from '../../../cluster/object.ts';
import type { WorkloadRef } from '../../../workload/types.ts';

/** Which step of which run this is: the same step of the same run has but one Job at a time. */
export interface JobRun {
  /** GitHub's run id. */
  readonly id: string;
  readonly attempt: string;
  /** Tells the steps of a run apart: `migrate/__paal_migrate`. */
  readonly step: string;
}

/** Where the pod has its connection string from. */
export type UriSource =
  /** A key of a Secret in the namespace. */
  | { readonly kind: 'secret'; readonly name: string; readonly key: string }
  /** A Secret that is made for this Job, and goes with it. */
  | { readonly kind: 'value'; readonly uri: string }
  /** MONGODB_URI is in the environment that the workload or the template gives its container. */
  | { readonly kind: 'environment' };

/** What a Job's pod is made from. */
export type PodSource =
  | { readonly kind: 'image'; readonly image: string }
  /** As a workload that is there has it; `image` instead of its own, where that is given. */
  | { readonly kind: 'like'; readonly workload: WorkloadRef; readonly image: string | undefined }
  /** As a manifest of a Job has it. */
  | { readonly kind: 'template'; readonly job: KubeObject; readonly image: string | undefined };

/** How migrations run as a Job. */
export interface JobOptions {
  readonly namespace: string;
  readonly run: JobRun;
  readonly pod: PodSource;
  readonly uri: UriSource;
  /** Folder of PAAL's runner, whose `index.js` begins it. */
  readonly runner: string;
  /** Whether the migrations are in the image, or are sent with the Job. */
  readonly migrations: 'image' | 'checkout';
  /** Folder in which the request's directory is, where migrations are sent. */
  readonly workspace: string;
  /** Name of the collection of applied migrations. */
  readonly changelog: string;
  /** Milliseconds that the Job may take, from its start on. */
  readonly timeout: number;
  /** What becomes of the Job when the run is cancelled. */
  readonly onCancel: 'leave' | 'stop';
}
