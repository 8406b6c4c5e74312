import type { KubeObject } from '../cluster/object.ts';
import { rulesFor } from '../workload/kinds/registry.ts';
import { type Service, selectsPods, selectsTemplate } from '../workload/kinds/service.ts';
import { templateOf } from '../workload/template.ts';
import type { PlannedWrite } from './plan.ts';

type Written = Pick<PlannedWrite, 'resource' | 'result'>;

/** Whether pods of it are to run. */
function runs({ spec }: KubeObject): boolean {
  return (spec as { readonly replicas?: number } | undefined)?.replicas !== 0;
}

/**
 * A Service is waited for as far as this release can make it serve: endpoints come from the pods that
 * the release runs, an address from the cluster.
 */
function isServed({ result }: Written, plan: readonly Written[]): boolean {
  const service = result as Service;
  if (!selectsPods(service)) return true;
  return plan.some(({ result: other }) => {
    const template = templateOf(other);
    return template !== undefined && runs(other) && selectsTemplate(service, template);
  });
}

/**
 * Why nothing is waited for after a planned write; `undefined` where it is watched. Pure.
 * @param unreadable kinds that may not be watched
 */
export function whyUnwatched(
  planned: Written,
  plan: readonly Written[],
  unreadable: ReadonlySet<string>,
): string | undefined {
  const { resource } = planned;
  if (!rulesFor(resource)) return 'it works as soon as it is stored';
  if (unreadable.has(resource.kind)) return `without permission to list and watch ${resource.name}`;
  if (resource.kind === 'Service' && resource.apiVersion === 'v1' && !isServed(planned, plan)) {
    return 'it selects no pods of this release';
  }
  return undefined;
}
