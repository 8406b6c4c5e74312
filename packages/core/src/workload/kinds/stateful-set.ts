import { type KubeObject, RESOURCES } from '../../cluster/object.ts';
import type { Condition, Pod, PodTemplate } from '../types.ts';
import { countOf } from './count.ts';
import { collection, type KindRules, type Progress, type Related } from './kind.ts';
import { onDeleteRemark } from './on-delete.ts';
import { controlledBy } from './owned.ts';
import { isReady, REVISION_LABEL, serves } from './pods.ts';
import { obstacleOf } from './stateful-set-blocking.ts';
import { ordinalOf, type Plan, planOf } from './stateful-set-plan.ts';
import { isLeaving, isObserved, NOT_OBSERVED } from './status.ts';

/** The parts of a StatefulSet that decisions read. */
export interface StatefulSet extends KubeObject {
  readonly spec: {
    readonly replicas?: number;
    readonly minReadySeconds?: number;
    readonly ordinals?: { readonly start?: number };
    readonly podManagementPolicy?: 'OrderedReady' | 'Parallel';
    readonly selector: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly updateStrategy?: {
      /** `Recreate` since 1.37, behind a feature gate. */
      readonly type?: 'RollingUpdate' | 'OnDelete' | 'Recreate';
      readonly rollingUpdate?: {
        readonly partition?: number;
        readonly maxUnavailable?: number | string;
      };
    };
    readonly template: PodTemplate;
  };
  readonly status?: {
    readonly observedGeneration?: number;
    /** Of any revision, those on their way out included. */
    readonly replicas?: number;
    /** Of the update revision, without those on their way out. */
    readonly updatedReplicas?: number;
    /** Of any revision, those on their way out included. */
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly currentReplicas?: number;
    readonly currentRevision?: string;
    readonly updateRevision?: string;
    readonly conditions?: readonly Condition[];
  };
}

/**
 * Whether every ordinal from the partition on has a new pod that serves. The counters cannot tell:
 * `updatedReplicas` counts new pods below the partition too, when it was raised in the middle.
 */
function partitionServes(set: StatefulSet, plan: Plan, related: Related): boolean {
  const serving = new Set(related.newPods.filter(serves).map(ordinalOf));
  const first = (set.spec.ordinals?.start ?? 0) + plan.partition;
  const due = Array.from({ length: plan.want - plan.partition }, (_, index) => first + index);
  return due.every((ordinal) => serving.has(ordinal));
}

/**
 * Whether what is to be done is done (pkg/controller/statefulset/stateful_set_control.go).
 *
 * Without a partition the counters suffice: `updatedReplicas` leaves out what is on its way out, so
 * that updated = replicas = available = `spec.replicas` holds for no mixture. With one, pods that
 * are held back may be as they are, and only the others count. With OnDelete nothing is replaced,
 * and what somebody made the controller replace has to serve. Available may lag Ready by
 * `minReadySeconds`, and only its counter tells; kubectl reads `readyReplicas` and misses that.
 */
function isDone(set: StatefulSet, plan: Plan, related: Related): boolean {
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = set.status ?? {};
  if (replicas !== plan.want) return false;
  if (plan.partition === 0 && !plan.onDelete) {
    return updatedReplicas === plan.want && availableReplicas === plan.want;
  }
  // The counters may be older than the pods; then what they call available is something else.
  if (availableReplicas < related.pods.filter(isReady).length) return false;
  if (updatedReplicas < related.newPods.length) return false;
  return plan.onDelete
    ? related.newPods.filter(serves).length === updatedReplicas
    : partitionServes(set, plan, related);
}

function remarkOf(plan: Plan, held: number): string | undefined {
  if (plan.onDelete) return onDeleteRemark(held, plan.want);
  if (plan.partition === 0 || held <= 0) return undefined;
  return (
    `${held} of ${countOf(plan.want, 'pod')} ${held === 1 ? 'is' : 'are'} held back by the ` +
    `partition ${plan.partition} and ${held === 1 ? 'runs' : 'run'} an earlier template.`
  );
}

function progress(object: KubeObject, related: Related): Progress {
  const set = object as StatefulSet;
  const plan = planOf(set);
  const {
    replicas = 0,
    updatedReplicas = 0,
    readyReplicas = 0,
    availableReplicas = 0,
  } = set.status ?? {};
  const observed = isObserved(set);
  const complete = observed && !isLeaving(set) && isDone(set, plan, related);
  const serving = related.newPods.filter(serves).length;
  const excess = Math.max(0, replicas - plan.want);
  const due = plan.want - plan.partition;
  const obstacle = observed ? obstacleOf(set, related) : undefined;
  const remark = complete ? remarkOf(plan, plan.want - updatedReplicas) : undefined;
  const everyPod = plan.partition === 0 && !plan.onDelete;
  return {
    observed,
    complete,
    text: observed
      ? `${Math.min(updatedReplicas, due)} of ${due} updated, ${availableReplicas} available` +
        (excess > 0 ? `, ${excess} to be removed` : '')
      : NOT_OBSERVED,
    serving: {
      have: complete && everyPod ? plan.want : Math.min(serving, plan.want),
      want: plan.want,
    },
    advance: observed ? [updatedReplicas, serving, readyReplicas, availableReplicas, -excess] : [],
    ...(obstacle ? { obstacle } : {}),
    ...(remark ? { remark } : {}),
  };
}

/**
 * A StatefulSet: its new pods are those of `status.updateRevision`, which is about an earlier
 * template until the present generation is observed. Its name stays `currentRevision` until the
 * update is complete, so `currentRevision` says nothing.
 */
export const statefulSetRules: KindRules = {
  resource: RESOURCES.statefulSets,
  related: [RESOURCES.pods],
  helpful: [],
  relate: (object, collections) => {
    const set = object as StatefulSet;
    const pods = controlledBy(set, collection<Pod>(collections, RESOURCES.pods));
    const revision = isObserved(set) ? set.status?.updateRevision : undefined;
    return {
      pods,
      newPods: pods.filter(
        (pod) =>
          revision !== undefined &&
          pod.metadata.labels?.[REVISION_LABEL] === revision &&
          !isLeaving(pod),
      ),
      owned: [],
      dependsOn: [],
    };
  },
  progress,
  relatedLabels: (object) => (object as StatefulSet).spec.selector.matchLabels,
  template: (object) => (object as StatefulSet).spec.template,
  keepsRunning: () => true,
};
