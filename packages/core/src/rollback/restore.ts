import { type ApplyOptions, applyObject, readObject } from '../cluster/apply.ts';
import type { Connection } from '../cluster/connection.ts';
import type { Discovery } from '../cluster/discovery.ts';
import { type KubeObject, objectName } from '../cluster/object.ts';
import { errorMessage, UserError } from '../errors.ts';
import { refOf } from '../release/inventory.ts';
import type { ReleaseContent } from '../release/release.ts';
import { inOrder } from '../rollout/order.ts';
import { protection } from '../rollout/prune.ts';
import { isWorkload } from '../workload/template.ts';

/** Put back in their own way, or not at all: a Secret's content is not recorded, a Job has run. */
const OTHERS = ['ConfigMap', 'Secret', 'Job', 'Pod'];

/** What became of the objects of a release that were gone. */
export interface Restored {
  /** `kind/name` of those that are there again. */
  readonly restored: readonly string[];
  /** Why others are not, one sentence each. */
  readonly problems: readonly string[];
}

/** What of a release may have been pruned after it, workloads and ConfigMaps aside. Pure. */
export function restorable(
  objects: readonly KubeObject[],
  namespace: string,
): readonly KubeObject[] {
  const candidates = objects.filter(
    (object) =>
      !OTHERS.includes(object.kind) &&
      !isWorkload({ ...object, name: object.metadata.name, namespaced: true }) &&
      protection(refOf(object, namespace)) === undefined,
  );
  return inOrder(candidates.map((object) => ({ object }))).map(({ object }) => object);
}

/**
 * Applies again what of a release is gone, such as a Service that was pruned after a later one. What is
 * there is left as it is. That something cannot be brought back does not keep the rest from it.
 */
export async function restoreObjects(
  connection: Connection,
  discovery: Discovery,
  namespace: string,
  { objects }: ReleaseContent,
  options: ApplyOptions,
): Promise<Restored> {
  const restored: string[] = [];
  const problems: string[] = [];
  for (const object of restorable(objects, namespace)) {
    const name = objectName(object.kind, object.metadata.name);
    try {
      const resource = await discovery.resource(object.apiVersion, object.kind);
      if (!resource.namespaced) continue;
      const live = await readObject(connection, resource, namespace, object.metadata.name, options);
      if (live) continue;
      await applyObject(connection, resource, namespace, object, { ...options, live });
      restored.push(name);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(`${name} was not looked after: ${errorMessage(error)}`);
    }
  }
  return { restored, problems };
}
