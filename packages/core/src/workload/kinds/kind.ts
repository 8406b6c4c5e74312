import { groupOf, type KubeObject, type Resource } from '../../cluster/object.ts';
import type { Pod, PodTemplate } from '../types.ts';

/**
 * The objects that are known, by {@link collectionKey}; a kind that may not be read is absent. A
 * list is never changed in place: what belongs to whom is looked up once for each list.
 */
export type Collections = Readonly<Record<string, readonly KubeObject[] | undefined>>;

/** A kind's key in {@link Collections}: `pods`, `deployments.apps`. */
export function collectionKey(resource: Resource): string {
  const group = groupOf(resource.apiVersion);
  return group === '' ? resource.name : `${resource.name}.${group}`;
}

/** The known objects of one kind. */
export function collection<T extends KubeObject>(
  collections: Collections,
  resource: Resource,
): readonly T[] {
  return (collections[collectionKey(resource)] ?? []) as readonly T[];
}

/** What belongs to one object. */
export interface Related {
  /** Every pod that it controls, of the present template and of earlier ones. */
  readonly pods: readonly Pod[];
  /** The pods of the present template that are not on their way out. */
  readonly newPods: readonly Pod[];
  /** What stands between it and its pods, and whose events concern it, such as ReplicaSets. */
  readonly owned: readonly KubeObject[];
  /**
   * What it depends on without controlling it, as far as that may be read: the nodes of a
   * DaemonSet, the StorageClass of a claim.
   */
  readonly dependsOn: readonly KubeObject[];
}

/** How far an object is. Absent counters are 0. */
export interface Progress {
  /** Whether its controller has seen the present generation; true for kinds that do not tell. */
  readonly observed: boolean;
  /** Whether nothing is left to be done. Never true before `observed`, nor beside `failure`. */
  readonly complete: boolean;
  /**
   * `complete` may be about the time before the last write, because nothing says otherwise: to be
   * believed when it has stayed so for a moment.
   */
  readonly unproven?: true;
  /** In the words of kubectl: `2 of 3 updated, 1 available, 1 old`. */
  readonly text: string;
  /** How many pods of the present template serve, and how many should; absent for kinds without. */
  readonly serving?: { readonly have: number; readonly want: number };
  /**
   * Numbers of which at least one rises whenever it gets somewhere; flapping does not raise them.
   * None before `observed`: the counters of what was complete before would be the best ever.
   */
  readonly advance: readonly number[];
  /** Why it will not get any further, when the object itself says so. */
  readonly failure?: ObjectFailure;
  /** A failure that is stated without a generation, so that it may be old news. */
  readonly claim?: Claim;
  /** What keeps its controller from getting on at the moment; it may pass. */
  readonly obstacle?: Obstacle;
  /** What is to be said although it is complete, such as pods that a partition holds back. */
  readonly remark?: string;
}

/** A failure that an object states itself. */
export interface ObjectFailure {
  /** Stable name in CamelCase; the output `failure-reason`. */
  readonly reason: string;
  /** `infrastructure`: not the release's fault, such as an evicted pod. */
  readonly class: 'permanent' | 'infrastructure';
  /** One sentence that names the cause. */
  readonly message: string;
  /** What to do next, in one sentence. */
  readonly hint?: string;
}

/**
 * A failure that counts only when its signature was not there before our own write was observed. So it
 * is told in every state: what is told before `observed` is the old news.
 */
export interface Claim {
  readonly failure: ObjectFailure;
  /** The same for as long as the controller has not said it anew. */
  readonly signature: string;
}

/** What stands in the way of its controller, such as a quota that a ReplicaSet's condition names. */
export interface Obstacle {
  /** Stable name in CamelCase: `FailedCreate`, `NodesUnavailable`, `OldPodNotReady`. */
  readonly reason: string;
  /** `infrastructure`: not the release's fault, such as a node that is away. */
  readonly class: 'probable' | 'infrastructure';
  /** What the API server said, or a sentence. */
  readonly message: string;
  /** False when only pods of an earlier template are concerned. */
  readonly concernsNewPods: boolean;
}

/** What a rollout needs to know of a kind. All pure. */
export interface KindRules {
  readonly resource: Resource;
  /** The kinds that have to be watched beside it. */
  readonly related: readonly Resource[];
  /** Kinds that sharpen the judgement where they may be read; pods are used where they are there. */
  readonly helpful: readonly Resource[];
  /** What of `collections` belongs to `object`: by owner UID and revision, never by label alone. */
  relate(object: KubeObject, collections: Collections): Related;
  progress(object: KubeObject, related: Related): Progress;
  /** Labels that everything in `related` has; `undefined` when no such labels are known. */
  relatedLabels(object: KubeObject): Readonly<Record<string, string>> | undefined;
  /** What its pods are made from; `undefined` for kinds that make none. */
  template(object: KubeObject): PodTemplate | undefined;
  /** Whether it goes on being there: then it is watched for a while after it is complete. */
  keepsRunning(object: KubeObject): boolean;
}
