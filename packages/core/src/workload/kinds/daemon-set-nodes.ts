import type { KubeObject, Resource } from '../../cluster/object.ts';
import type { Condition, Pod } from '../types.ts';
import type { DaemonSet } from './daemon-set.ts';
import type { Obstacle, Related } from './kind.ts';
import { isReady, serves } from './pods.ts';
import { holds } from './status.ts';

export const nodeResource: Resource = {
  apiVersion: 'v1',
  kind: 'Node',
  name: 'nodes',
  namespaced: false,
};

/** The parts of a Node that decisions read. */
interface Node extends KubeObject {
  readonly spec?: { readonly unschedulable?: boolean };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** Why a node may leave its pods as they are; `undefined` when it may not. */
function whyUnfit(node: Node): string | undefined {
  if (!holds(node, 'Ready')) return 'not Ready';
  return node.spec?.unschedulable ? 'unschedulable' : undefined;
}

interface NodeTerm {
  /** By name only: there is no other field. */
  readonly matchFields?: readonly { readonly values?: readonly string[] }[];
}

interface Affinity {
  readonly nodeAffinity?: {
    readonly requiredDuringSchedulingIgnoredDuringExecution?: {
      readonly nodeSelectorTerms?: readonly NodeTerm[];
    };
  };
}

/**
 * The node that a DaemonSet's pod is for: while it waits for the scheduler, the one that its
 * affinity names (pkg/controller/daemon/util GetTargetNodeName).
 */
function targetNode(pod: Pod): string | undefined {
  if (pod.spec.nodeName) return pod.spec.nodeName;
  const { nodeAffinity } = (pod.spec.affinity ?? {}) as Affinity;
  const terms =
    nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return terms.flatMap(({ matchFields = [] }) => matchFields)[0]?.values?.[0];
}

/** Whether a pod is on a node that may leave it as it is, so that its state says nothing about it. */
export function isOnUnfitNode(pod: Pod, { dependsOn }: Pick<Related, 'dependsOn'>): boolean {
  const name = targetNode(pod);
  const node = dependsOn.find(({ kind, metadata }) => kind === 'Node' && metadata.name === name);
  return node !== undefined && whyUnfit(node) !== undefined;
}

/** How the pods of a DaemonSet are, node by node. */
export interface NodeSurvey {
  /** Unfit nodes whose pods are not new and serving, with the reason: `node-3 (not Ready)`. */
  readonly unfit: readonly string[];
  /** Those of them with a pod that is not Ready. */
  readonly waiting: readonly string[];
  /** Whether all other nodes have only new pods that serve, and some node has. */
  readonly othersServe: boolean;
  /** Whether an old pod is left on another node. */
  readonly othersAreOld: boolean;
}

/**
 * Looks at the nodes that have pods. A node that is not Ready keeps its pods as they are for as long
 * as it is away, and a cordoned one is often about to go (krane:
 * deploy_passes_when_nodes_not_ready, …_unschedulable). Where no node has a new pod that serves there
 * is nothing to go by, and all count.
 */
export function surveyNodes(related: Related): NodeSurvey {
  const reasons = new Map(
    (related.dependsOn as readonly Node[]).map((node) => [node.metadata.name, whyUnfit(node)]),
  );
  const fresh = new Set(related.newPods);
  const byNode = Map.groupBy(related.pods, (pod) => targetNode(pod) ?? '');
  const isWell = (pods: readonly Pod[]) => pods.every((pod) => fresh.has(pod) && serves(pod));
  const unfit = [...byNode].filter(([node, pods]) => reasons.get(node) && !isWell(pods));
  const named = ([node]: readonly [string, ...unknown[]]) => `${node} (${reasons.get(node)})`;
  const others = [...byNode].filter(([node]) => !reasons.get(node)).map(([, pods]) => pods);
  return {
    unfit: unfit.map(named),
    waiting: unfit.filter(([, pods]) => !pods.every(isReady)).map(named),
    othersServe: others.every(isWell) && [...byNode.values()].some(isWell),
    othersAreOld: others.flat().some((pod) => !fresh.has(pod)),
  };
}

/** How many pods may be unavailable at a time; a percentage is rounded up. */
function mostUnavailable({ spec, status }: DaemonSet): number {
  const { maxUnavailable = 1 } = spec.updateStrategy?.rollingUpdate ?? {};
  if (typeof maxUnavailable === 'number') return maxUnavailable;
  const share = Number.parseFloat(maxUnavailable) / 100;
  return Math.ceil(share * (status?.desiredNumberScheduled ?? 0));
}

/**
 * Why old pods on other nodes are not replaced: a pod that an unfit node does not start is
 * unavailable, and while there are as many of those as `maxUnavailable` the controller deletes none
 * that is available (pkg/controller/daemon/update.go rollingUpdate). Such a rollout gets nowhere
 * until the node is back or gone.
 */
export function heldUp(
  set: DaemonSet,
  { waiting, othersAreOld }: NodeSurvey,
): Obstacle | undefined {
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {};
  const surges = Number.parseFloat(String(rollingUpdate?.maxSurge ?? 0)) > 0;
  const most = mostUnavailable(set);
  if (type === 'OnDelete' || surges || !othersAreOld || waiting.length < Math.max(1, most)) {
    return undefined;
  }
  return {
    reason: 'NodesUnavailable',
    class: 'infrastructure',
    message: `The pods on ${waiting.join(', ')} are unavailable, and as many as maxUnavailable (${most}) allows, so that no other pod is replaced.`,
    concernsNewPods: true,
  };
}
