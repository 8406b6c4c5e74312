import type { KubeObject } from '../../cluster/object.ts';
import { sameTemplate } from '../deployment.ts';
import type { Pod, PodTemplate } from '../types.ts';
import type { DaemonSet } from './daemon-set.ts';
import { REVISION_LABEL } from './pods.ts';

/** A template that a DaemonSet or StatefulSet has had. */
export interface ControllerRevision extends KubeObject {
  readonly revision: number;
  readonly data: { readonly spec?: { readonly template?: PodTemplate } };
}

const GENERATION_ANNOTATION = 'deprecated.daemonset.template.generation';
const GENERATION_LABEL = 'pod-template-generation';

/**
 * The hash of the present template's pods: that of the newest ControllerRevision with the same
 * template (pkg/controller/daemon/update.go Match). The newest of all will not do: it is a watch of
 * its own, and while its event is late the newest is the one before.
 */
export function presentHash(
  set: DaemonSet,
  revisions: readonly ControllerRevision[],
): string | undefined {
  return [...revisions]
    .sort((a, b) => b.revision - a.revision)
    .find(({ data }) => data.spec?.template && sameTemplate(data.spec.template, set.spec.template))
    ?.metadata.labels?.[REVISION_LABEL];
}

/**
 * Whether a pod is of the present template, as the controller decides it: by hash, or by the
 * generation of the template (pkg/controller/daemon/util IsPodUpdated). After a revert only the hash
 * tells; the generation does without ControllerRevisions.
 */
export function isOfPresentTemplate(pod: Pod, set: DaemonSet, hash: string | undefined): boolean {
  const { labels } = pod.metadata;
  const generation = set.metadata.annotations?.[GENERATION_ANNOTATION];
  return (
    (hash !== undefined && labels?.[REVISION_LABEL] === hash) ||
    (generation !== undefined && labels?.[GENERATION_LABEL] === generation)
  );
}
