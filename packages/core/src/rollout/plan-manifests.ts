import type { Connection, RequestOptions } from '../cluster/connection.ts';
import type { Discovery } from '../cluster/discovery.ts';
import type { ManifestObject } from '../cluster/manifest.ts';
import { type KubeObject, objectName } from '../cluster/object.ts';
import { leaveReplicas, listAutoscalers } from '../workload/autoscaler.ts';
import { withConfigHashes } from '../workload/config-hash.ts';
import { isExplained, needsWithin } from './needs.ts';
import { inOrder } from './order.ts';
import type { PlannedWrite, RolloutPlan, RolloutRequest } from './plan.ts';
import {
  atPlace,
  type FoundObject,
  findObjects,
  planObject,
  prepareObjects,
  type TriedWrite,
} from './plan-objects.ts';
import { whyUnwatched } from './unwatched.ts';

function setsReplicas({ spec }: KubeObject): boolean {
  return (spec as { readonly replicas?: unknown } | undefined)?.replicas !== undefined;
}

interface Scaling {
  readonly objects: readonly KubeObject[];
  readonly notes: readonly string[];
}

/** The objects without the replicas that an autoscaler sets: a live one, or one of the manifests. */
async function leaveScaling(
  connection: Connection,
  namespace: string,
  found: readonly FoundObject[],
  options: RequestOptions,
): Promise<Scaling> {
  const objects = found.map(({ manifest }) => manifest.object);
  const asked = found.some(({ manifest, live }) => live && setsReplicas(manifest.object));
  const live = asked
    ? await listAutoscalers(connection, namespace, options)
    : { found: [], unknown: [] };
  const autoscalers = [...live.found, ...objects];
  const notes = live.unknown.map((why) => `${why} Replicas are set as the manifests have them.`);
  const left = found.map(({ manifest: { object }, live: there }) => {
    const { workload, autoscaler } = leaveReplicas(object, there, autoscalers);
    if (autoscaler) {
      const who = objectName(autoscaler.kind, autoscaler.metadata.name);
      const what = objectName(object.kind, object.metadata.name);
      notes.push(`${what}: its replicas are left to ${who}`);
    }
    return workload;
  });
  return { objects: left, notes };
}

/**
 * The write with what it needs of the others.
 * @throws the refusal of its dry run, unless it is only for want of these
 */
function proven(
  { write, refusal }: TriedWrite,
  all: readonly PlannedWrite[],
  manifest: ManifestObject | undefined,
): PlannedWrite {
  const needs = needsWithin(write, all);
  if (refusal !== undefined && !isExplained(refusal, needs)) {
    throw manifest ? atPlace(refusal, manifest) : refusal;
  }
  return { ...write, needs: needs.map(({ name }) => name) };
}

/**
 * Plans to apply manifests.
 * @throws UserError at the first thing that is wrong
 */
export async function planManifests(
  connection: Connection,
  discovery: Discovery,
  request: RolloutRequest,
  manifests: readonly ManifestObject[],
  options: RequestOptions,
): Promise<RolloutPlan> {
  const { images, namespace, unreadable, configHash } = request;
  const ordered = inOrder(prepareObjects(manifests, images, namespace));
  const found = await findObjects(connection, discovery, namespace, ordered, options);
  const scaling = await leaveScaling(connection, namespace, found, options);
  const lives = new Map(
    found.map(({ manifest: { object }, live }) => [
      objectName(object.kind, object.metadata.name),
      live,
    ]),
  );
  const liveOf = ({ kind, metadata }: KubeObject) => lives.get(objectName(kind, metadata.name));
  const objects = withConfigHashes(scaling.objects, liveOf, configHash);
  const tried = await Promise.all(
    found.map((one, index) =>
      planObject(connection, request, one, objects[index] ?? one.manifest.object, options),
    ),
  );
  const all = tried.map(({ write }) => write);
  const writes = tried.map((one, index) => proven(one, all, found[index]?.manifest));
  return {
    writes: writes.map((one) => ({ ...one, unwatched: whyUnwatched(one, writes, unreadable) })),
    notes: scaling.notes,
  };
}
