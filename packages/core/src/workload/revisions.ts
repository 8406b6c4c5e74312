import type { KubeObject } from '../cluster/object.ts';
import { isControlledBy, sameTemplate } from './deployment.ts';
import type { ControllerRevision } from './kinds/daemon-set-revision.ts';
import { revisionNumberOf } from './revision.ts';
import { templateOf } from './template.ts';
import type { PodTemplate, ReplicaSet } from './types.ts';

/** An earlier or the present template of a workload, as the cluster still has it. */
export interface Revision {
  readonly number: number;
  /** Numbers that it had before it was rolled back to. */
  readonly earlier: readonly number[];
  readonly template: PodTemplate;
  /** The number of the revision that runs now. */
  readonly current: number | undefined;
}

const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';

function earlierNumbers({ metadata }: KubeObject): readonly number[] {
  return (metadata.annotations?.[REVISION_HISTORY] ?? '').split(',').filter(Boolean).map(Number);
}

type Entry = Omit<Revision, 'current'>;

function ofReplicaSet(replicaSet: ReplicaSet): readonly Entry[] {
  const number = revisionNumberOf(replicaSet);
  if (number === undefined) return [];
  return [{ number, earlier: earlierNumbers(replicaSet), template: replicaSet.spec.template }];
}

/** The patch that a controller keeps has the template whole, with `$patch: replace` (history.go). */
function ofControllerRevision({ revision, data }: ControllerRevision): readonly Entry[] {
  const { $patch: _, ...template } = (data.spec?.template ?? {}) as { $patch?: string };
  if (!('spec' in template)) return [];
  return [{ number: revision, earlier: [], template: template as PodTemplate }];
}

/**
 * The revisions that a workload can be taken back to, oldest first: a revision that is rolled back to
 * gets a new number, and a ReplicaSet keeps its old ones in an annotation.
 * @param history its ReplicaSets or ControllerRevisions; those of others are left out
 */
export function revisionsOf(
  workload: KubeObject,
  history: readonly KubeObject[],
): readonly Revision[] {
  const live = templateOf(workload);
  const entries = history
    .filter((one) => isControlledBy(one, workload))
    .flatMap((one) =>
      workload.kind === 'Deployment'
        ? ofReplicaSet(one as ReplicaSet)
        : ofControllerRevision(one as ControllerRevision),
    )
    .sort((a, b) => a.number - b.number);
  const current = entries.findLast(({ template }) => live && sameTemplate(template, live))?.number;
  return entries.map((entry) => ({ ...entry, current }));
}
