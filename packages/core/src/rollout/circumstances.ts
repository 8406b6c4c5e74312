import type { Connection } from '../cluster/connection.ts';
import { collectionPath, type KubeObject, objectPath, type Resource } from '../cluster/object.ts';
import type { Finding } from '../report/finding.ts';
import { nodeResource } from '../workload/kinds/daemon-set-nodes.ts';
import type { PodTemplate } from '../workload/types.ts';
import { type NodeCapacity, whatWouldFit } from './node-fit.ts';

/** What metrics-server measures of a pod (k8s.io/metrics/pkg/apis/metrics/v1beta1). */
interface PodMetrics extends KubeObject {
  readonly containers?: readonly {
    readonly name: string;
    readonly usage?: { readonly memory?: string };
  }[];
}

const podMetrics: Resource = {
  apiVersion: 'metrics.k8s.io/v1beta1',
  kind: 'PodMetrics',
  name: 'pods',
  namespaced: true,
};

/** Enough to find the largest; a cluster with more nodes than this is not asked for all of them. */
const MOST_NODES = 500;

function withSentence(finding: Finding, sentence: string): Finding {
  return { ...finding, message: `${finding.message} ${sentence}` };
}

async function withNodes(
  connection: Connection,
  finding: Finding,
  template: PodTemplate,
  signal: AbortSignal,
): Promise<Finding> {
  const { items } = await connection.request<{ readonly items: readonly NodeCapacity[] | null }>(
    {
      method: 'GET',
      path: collectionPath(nodeResource, undefined),
      query: { limit: String(MOST_NODES) },
      purpose: 'see which pods would fit the nodes',
    },
    { signal, patience: 0 },
  );
  const sentence = whatWouldFit(template, items ?? []);
  return sentence === undefined ? finding : withSentence(finding, sentence);
}

async function withUsage(
  connection: Connection,
  finding: Finding,
  namespace: string,
  signal: AbortSignal,
): Promise<Finding> {
  const metrics = await connection.request<PodMetrics>(
    {
      method: 'GET',
      path: objectPath(podMetrics, namespace, finding.pod ?? ''),
      purpose: 'see how much memory the pod used',
    },
    { signal, patience: 0 },
  );
  const used = metrics.containers?.find(({ name }) => name === finding.container)?.usage?.memory;
  return used === undefined
    ? finding
    : withSentence(finding, `When it was last measured, it used ${used}.`);
}

/**
 * A finding with what the cluster knows beside the pods, where it may be asked: which pods the nodes
 * would take, how much memory a container used. Nothing is said of what cannot be had: the role `edit`
 * may not list nodes, and many clusters have no metrics-server.
 */
export async function withCircumstances(
  connection: Connection,
  finding: Finding,
  {
    template,
    namespace,
  }: { readonly template: PodTemplate | undefined; readonly namespace: string },
  signal: AbortSignal,
): Promise<Finding> {
  try {
    if (finding.reason === 'Unschedulable' && template) {
      return await withNodes(connection, finding, template, signal);
    }
    if (finding.reason === 'OOMKilled' && finding.pod) {
      return await withUsage(connection, finding, namespace, signal);
    }
    return finding;
  } catch {
    return finding;
  }
}
