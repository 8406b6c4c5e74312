import { type KubeObject, RESOURCES } from '../../cluster/object.ts';
import type { Condition, Pod, PodTemplate } from '../types.ts';
import { heldUp, type NodeSurvey, nodeResource, surveyNodes } from './daemon-set-nodes.ts';
import {
  type ControllerRevision,
  isOfPresentTemplate,
  presentHash,
} from './daemon-set-revision.ts';
import { collection, type KindRules, type Progress, type Related } from './kind.ts';
import { onDeleteRemark } from './on-delete.ts';
import { controlledBy } from './owned.ts';
import { isReady, serves } from './pods.ts';
import { isLeaving, isObserved, NOT_OBSERVED } from './status.ts';

/** The parts of a DaemonSet that decisions read. */
export interface DaemonSet extends KubeObject {
  readonly spec: {
    readonly minReadySeconds?: number;
    readonly selector: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly updateStrategy?: {
      readonly type?: 'RollingUpdate' | 'OnDelete';
      readonly rollingUpdate?: {
        readonly maxSurge?: number | string;
        readonly maxUnavailable?: number | string;
      };
    };
    readonly template: PodTemplate;
  };
  /** Each counts nodes, and on each node the oldest pod: with maxSurge the old one while it is there. */
  readonly status?: {
    readonly observedGeneration?: number;
    readonly desiredNumberScheduled?: number;
    readonly currentNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberReady?: number;
    readonly numberAvailable?: number;
    /** Pods where none should run: the controller removes them, and nobody waits for that. */
    readonly numberMisscheduled?: number;
    readonly conditions?: readonly Condition[];
  };
}

/**
 * Whether what is to be done is done (pkg/controller/daemon/daemon_controller.go
 * updateDaemonSetStatus). Each counter is of the same oldest pod of each node, so that updated =
 * available = desired holds for no mixture.
 */
function isDone(set: DaemonSet, related: Related, nodes: NodeSurvey): boolean {
  const {
    desiredNumberScheduled: desired = 0,
    currentNumberScheduled: current = 0,
    updatedNumberScheduled: updated = 0,
    numberAvailable: available = 0,
    numberMisscheduled: misscheduled = 0,
  } = set.status ?? {};
  if (set.spec.updateStrategy?.type === 'OnDelete') {
    // The counters may be older than the pods; then what they call available is something else.
    const { pods, newPods } = related;
    const serving = newPods.filter(serves).length;
    return (
      current === desired &&
      available + misscheduled >= pods.filter(isReady).length &&
      updated + misscheduled >= newPods.length &&
      serving >= updated &&
      serving === newPods.length
    );
  }
  if (updated === desired && available === desired) return true;
  return (
    nodes.unfit.length > 0 &&
    nodes.othersServe &&
    current === desired &&
    available >= desired - nodes.waiting.length
  );
}

function remarkOf(set: DaemonSet, nodes: NodeSurvey): string | undefined {
  const { desiredNumberScheduled: desired = 0, updatedNumberScheduled: updated = 0 } =
    set.status ?? {};
  if (desired === 0) return 'No node is to run it.';
  if (set.spec.updateStrategy?.type === 'OnDelete') {
    return onDeleteRemark(desired - updated, desired);
  }
  if (nodes.unfit.length === 0) return undefined;
  return `Not waited for: ${nodes.unfit.join(', ')}.`;
}

function progress(object: KubeObject, related: Related): Progress {
  const set = object as DaemonSet;
  const {
    desiredNumberScheduled: want = 0,
    currentNumberScheduled = 0,
    updatedNumberScheduled = 0,
    numberReady = 0,
    numberAvailable = 0,
  } = set.status ?? {};
  const observed = isObserved(set);
  const nodes = surveyNodes(related);
  const complete = observed && !isLeaving(set) && isDone(set, related, nodes);
  const remark = complete ? remarkOf(set, nodes) : undefined;
  const obstacle = observed ? heldUp(set, nodes) : undefined;
  const serving = related.newPods.filter(serves).length;
  const all = updatedNumberScheduled === want && numberAvailable === want;
  return {
    observed,
    complete,
    text: observed
      ? `${updatedNumberScheduled} of ${want} updated, ${numberAvailable} available`
      : NOT_OBSERVED,
    serving: { have: complete && all ? want : Math.min(serving, want), want },
    advance: observed
      ? [currentNumberScheduled, updatedNumberScheduled, serving, numberReady, numberAvailable]
      : [],
    ...(obstacle ? { obstacle } : {}),
    ...(remark ? { remark } : {}),
  };
}

/** A DaemonSet. With `nodes` in the collections, pods on nodes that cannot run them are not waited for. */
export const daemonSetRules: KindRules = {
  resource: RESOURCES.daemonSets,
  related: [RESOURCES.controllerRevisions, RESOURCES.pods],
  helpful: [nodeResource],
  relate: (object, collections) => {
    const set = object as DaemonSet;
    const revisions = controlledBy(
      set,
      collection<ControllerRevision>(collections, RESOURCES.controllerRevisions),
    );
    const hash = presentHash(set, revisions);
    const pods = controlledBy(set, collection<Pod>(collections, RESOURCES.pods));
    return {
      pods,
      newPods: pods.filter((pod) => isOfPresentTemplate(pod, set, hash) && !isLeaving(pod)),
      owned: revisions,
      dependsOn: collection(collections, nodeResource),
    };
  },
  progress,
  relatedLabels: (object) => (object as DaemonSet).spec.selector.matchLabels,
  template: (object) => (object as DaemonSet).spec.template,
  keepsRunning: () => true,
};
