import type { PatchOperation } from '../cluster/apply.ts';
import type { Connection, RequestOptions } from '../cluster/connection.ts';
import type { Discovery } from '../cluster/discovery.ts';
import type { ManifestObject } from '../cluster/manifest.ts';
import type { KubeObject, Resource } from '../cluster/object.ts';
import type { SourcePosition } from '../errors.ts';
import type { ImageChange } from '../workload/images.ts';
import type { WorkloadRef } from '../workload/types.ts';
import { planImages } from './plan-images.ts';
import { planManifests } from './plan-manifests.ts';
import type { RolloutTarget } from './target.ts';

/** One write that is planned, proven by a server-side dry run as far as that is possible yet. */
export interface PlannedWrite {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  /** `kind/name`. */
  readonly name: string;
  /** What is applied; `undefined` when only images are set. */
  readonly object: KubeObject | undefined;
  /** The change-cause that is applied with it; `undefined` where that is not ours to tell. */
  readonly cause: string | undefined;
  /** What is patched, when only images are set. */
  readonly patch: readonly PatchOperation[];
  /** Present when it can be put back to an earlier template. */
  readonly workload: WorkloadRef | undefined;
  /** The containers whose images are set; `undefined` when the whole object is. */
  readonly imagesOf: readonly string[] | undefined;
  readonly live: KubeObject | undefined;
  /** What the server would make of it; as it is sent, where the server cannot say yet. */
  readonly result: KubeObject;
  /** Whether the write would change anything but bookkeeping. */
  readonly changes: boolean;
  /**
   * What of the same plan has to be written first (`kind/name`), before the server's word on this one
   * counts; it is dry-run once more then. Empty when it is proven.
   */
  readonly needs: readonly string[];
  /** Why nothing is waited for after it; `undefined` where it is watched. */
  readonly unwatched: string | undefined;
  readonly position: SourcePosition | undefined;
  readonly positionOf: ManifestObject['positionOf'] | undefined;
}

/** What the user asks for. */
export interface RolloutRequest {
  readonly namespace: string;
  readonly manifests: readonly ManifestObject[] | undefined;
  readonly images: readonly ImageChange[];
  /** The workloads to set images on; used without manifests. */
  readonly workloads: readonly WorkloadRef[];
  readonly forceConflicts: boolean;
  /** Kinds that may be written, but not watched. */
  readonly unreadable: ReadonlySet<string>;
  /** What `kubectl rollout history` is to say of a change. */
  readonly changeCause: string;
  /** Whether a change of a ConfigMap or Secret rolls the pods that read it. */
  readonly configHash: boolean;
}

/** Everything that will be written, in the order of writing. */
export interface RolloutPlan {
  readonly writes: readonly PlannedWrite[];
  /** What is to be said of it: each one sentence. */
  readonly notes: readonly string[];
}

/**
 * What there is to be watched of a planned write, as if it were written already; `undefined` where
 * there is nothing to wait for.
 */
export function plannedTarget(planned: PlannedWrite): RolloutTarget | undefined {
  const { resource, namespace, name, result, changes, imagesOf, workload } = planned;
  if (planned.unwatched !== undefined) return undefined;
  return { resource, namespace, name, written: result, changed: changes, imagesOf, workload };
}

/** What is to be said of Deployments that are paused, and so will not roll out. Pure. */
export function pausedNotes(writes: readonly PlannedWrite[]): readonly string[] {
  return writes
    .filter(({ resource, result }) => {
      const { paused } = (result.spec ?? {}) as { readonly paused?: boolean };
      return resource.kind === 'Deployment' && paused === true;
    })
    .map(({ name, namespace, object }) => {
      const { paused } = (object?.spec ?? {}) as { readonly paused?: boolean };
      return paused === true
        ? `${name} is paused by its manifest (spec.paused), and will not roll out before that goes`
        : `${name} is paused, and will not roll out before it is resumed: kubectl -n ${namespace} rollout resume ${name}`;
    });
}

/**
 * Plans everything that will be written, each write proven by a server-side dry run where what it needs
 * is there, in the order of writing. Changes nothing.
 * @throws UserError at the first thing that is wrong
 */
export async function planRollout(
  connection: Connection,
  discovery: Discovery,
  request: RolloutRequest,
  options: RequestOptions,
): Promise<RolloutPlan> {
  const { manifests } = request;
  const { writes, notes } = manifests
    ? await planManifests(connection, discovery, request, manifests, options)
    : { writes: await planImages(connection, request, options), notes: [] };
  return { writes, notes: [...notes, ...pausedNotes(writes)] };
}
