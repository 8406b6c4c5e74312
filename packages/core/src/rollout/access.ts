import { lacksAccess, missingAccess } from '../cluster/access-review.ts';
import type { AccessRule } from '../cluster/api-error.ts';
import type { Connection, RequestOptions } from '../cluster/connection.ts';
import { groupOf, type Resource } from '../cluster/object.ts';
import { rulesFor } from '../workload/kinds/registry.ts';
import { templatePath } from '../workload/template.ts';

function rules(verbs: readonly string[], { apiVersion, name }: Resource): readonly AccessRule[] {
  return verbs.map((verb) => ({ group: groupOf(apiVersion), resource: name, verb }));
}

/** The permissions for watching `resource`, without what can be done without. */
export function watchAccess(resource: Resource): readonly AccessRule[] {
  const kind = rulesFor(resource);
  if (!kind) return [];
  return [resource, ...kind.related].flatMap((one) => rules(['list', 'watch'], one));
}

/** The permissions that writing `resource` needs. */
export function writeAccess(resource: Resource, applied: boolean): readonly AccessRule[] {
  return rules(applied ? ['get', 'create', 'patch'] : ['get', 'patch'], resource);
}

/** The permissions that pruning objects of `resource` needs. */
export function pruneAccess(resource: Resource): readonly AccessRule[] {
  return rules(['get', 'delete'], resource);
}

/** Whether a rollout is about it: it makes pods. Of the rest it is good to know whether it works. */
function makesPods({ kind }: Resource): boolean {
  return templatePath(kind).length > 0 || kind === 'Pod';
}

/**
 * The rules without which something is not seen at all. What may not be watched is listed again and
 * again, and what may be watched needs no list; so of the two, one will do. Pure.
 */
export function blinding(missing: readonly AccessRule[]): readonly AccessRule[] {
  return missing.filter(({ group, resource }) => {
    const verbs = missing
      .filter((other) => other.group === group && other.resource === resource)
      .map(({ verb }) => verb);
    return verbs.includes('list') && verbs.includes('watch');
  });
}

/**
 * Makes sure that `resources` can be written, and those that make pods watched. Gives the kinds that
 * cannot be watched although they have something to wait for.
 * @throws UserError with the missing rules as YAML
 */
export async function requireRolloutAccess(
  connection: Connection,
  namespace: string,
  resources: readonly Resource[],
  more: readonly AccessRule[],
  options: RequestOptions & { readonly applied: boolean },
): Promise<ReadonlySet<string>> {
  const unique = [...new Set(resources)];
  const writes = unique.flatMap((resource) => writeAccess(resource, options.applied));
  const watches = unique.filter(makesPods).flatMap(watchAccess);
  const [unwritable, unwatchable] = await Promise.all(
    [[...writes, ...more], watches].map((needed) =>
      missingAccess(connection, namespace, needed, options),
    ),
  );
  const missing = [...(unwritable ?? []), ...blinding(unwatchable ?? [])];
  if (missing.length > 0) throw lacksAccess(namespace, missing);
  const others = unique.filter((resource) => !makesPods(resource));
  const denied = await Promise.all(
    others.map(async (resource) =>
      blinding(await missingAccess(connection, namespace, watchAccess(resource), options)),
    ),
  );
  return new Set(others.filter((_, index) => denied[index]?.length).map(({ kind }) => kind));
}
