import { lacksAccess, missingAccess } from '../../../cluster/access-review.ts';
import type { AccessRule } from '../../../cluster/api-error.ts';
import type { RequestOptions } from '../../../cluster/connection.ts';
import { groupOf, RESOURCES, type Resource } from '../../../cluster/object.ts';
import { blinding } from '../../../rollout/access.ts';
import { workloadResource } from '../../../workload/template.ts';
import type { Place } from './objects.ts';
import type { JobOptions } from './options.ts';

function rules({ apiVersion, name }: Resource, ...verbs: readonly string[]): readonly AccessRule[] {
  return verbs.map((verb) => ({ group: groupOf(apiVersion), resource: name, verb }));
}

/** What a Job needs the user to be allowed to do; the built-in role `edit` grants all of it. Pure. */
export function jobAccess({ uri, pod, onCancel }: JobOptions): readonly AccessRule[] {
  return [
    ...rules(RESOURCES.jobs, 'list', 'create', 'patch', 'delete'),
    ...rules(RESOURCES.configMaps, 'create'),
    ...(uri.kind === 'value' ? rules(RESOURCES.secrets, 'create', 'delete') : []),
    ...(pod.kind === 'like' ? rules(workloadResource(pod.workload.kind), 'get') : []),
    ...(onCancel === 'stop' ? rules(RESOURCES.pods, 'delete') : []),
  ];
}

const WATCHED = [RESOURCES.jobs, RESOURCES.pods].flatMap((one) => rules(one, 'list', 'watch'));

/**
 * Makes sure that a Job can be made, watched and taken away again.
 * @throws UserError with the missing rules as YAML
 */
export async function requireJobAccess(
  { connection, namespace }: Place,
  options: JobOptions,
  request: RequestOptions,
): Promise<void> {
  const [undoable, unwatchable] = await Promise.all(
    [jobAccess(options), WATCHED].map((needed) =>
      missingAccess(connection, namespace, needed, request),
    ),
  );
  const missing = [...(undoable ?? []), ...blinding(unwatchable ?? [])];
  if (missing.length > 0) throw lacksAccess(namespace, missing);
}
