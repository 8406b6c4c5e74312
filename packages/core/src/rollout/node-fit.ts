import type { KubeObject } from '../cluster/object.ts';
import { parseQuantity } from '../workload/quantity.ts';
import type { Container, PodTemplate } from '../workload/types.ts';

type Quantities = Readonly<Record<string, string>>;

/** The parts of a Node that say what it can take. */
export interface NodeCapacity extends KubeObject {
  readonly spec?: { readonly unschedulable?: boolean };
  readonly status?: { readonly allocatable?: Quantities };
}

/** The most of a label's values that a sentence names. */
const MOST_VALUES = 5;

function requestsOf(container: Container): Quantities {
  const { requests, limits } = (container.resources ?? {}) as {
    readonly requests?: Quantities;
    readonly limits?: Quantities;
  };
  return { ...limits, ...requests };
}

/** What a pod asks for of one resource: all its containers together, or more for an init container. */
function wanted(template: PodTemplate, resource: string): number {
  const { containers, initContainers = [] } = template.spec;
  const of = (container: Container): number => parseQuantity(requestsOf(container)[resource]) ?? 0;
  const sidecars = initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always');
  const first = initContainers.filter(({ restartPolicy }) => restartPolicy !== 'Always');
  const running = [...containers, ...sidecars].reduce((sum, one) => sum + of(one), 0);
  return Math.max(running, ...first.map(of));
}

/** In the unit in which people write it. */
function spoken(resource: string, value: number): string {
  if (!/memory|storage/.test(resource)) return String(Math.round(value * 1_000) / 1_000);
  const units = ['', 'Ki', 'Mi', 'Gi', 'Ti'];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, value)) / 10));
  return `${Math.round((value / 2 ** (10 * power)) * 10) / 10}${units[power]}`;
}

/** What no node has enough of, whatever else runs there. */
function tooMuch(template: PodTemplate, nodes: readonly NodeCapacity[]): readonly string[] {
  const { containers, initContainers = [] } = template.spec;
  const resources = new Set(
    [...containers, ...initContainers].flatMap((one) => Object.keys(requestsOf(one))),
  );
  return [...resources].flatMap((resource) => {
    const asked = wanted(template, resource);
    const most = Math.max(
      0,
      ...nodes.map(({ status }) => parseQuantity(status?.allocatable?.[resource]) ?? 0),
    );
    if (asked <= most) return [];
    const offer =
      most === 0 ? 'no node offers any' : `the largest node offers ${spoken(resource, most)}`;
    return [`It asks for ${spoken(resource, asked)} of ${resource}, and ${offer}.`];
  });
}

/** The labels of its nodeSelector that no node has, with what there is instead. */
function unknownLabels(template: PodTemplate, nodes: readonly NodeCapacity[]): readonly string[] {
  const selector = (template.spec.nodeSelector ?? {}) as Readonly<Record<string, string>>;
  return Object.entries(selector).flatMap(([label, value]) => {
    const values = new Set(nodes.flatMap(({ metadata }) => metadata.labels?.[label] ?? []));
    if (values.has(value)) return [];
    const others = [...values].slice(0, MOST_VALUES).map((other) => `${label}=${other}`);
    const there = others.length > 0 ? `there is ${others.join(', ')}` : `none has a label ${label}`;
    return [`No node has the label ${label}=${value}; ${there}.`];
  });
}

/**
 * What would have to be other about a pod that no node takes; `undefined` when nothing about it is out
 * of the question, so that the nodes are merely full. Cordoned nodes take nobody.
 */
export function whatWouldFit(
  template: PodTemplate,
  nodes: readonly NodeCapacity[],
): string | undefined {
  const open = nodes.filter(({ spec }) => !spec?.unschedulable);
  if (nodes.length > 0 && open.length === 0) return 'Every node is cordoned.';
  if (open.length === 0) return undefined;
  const sentences = [...tooMuch(template, open), ...unknownLabels(template, open)];
  return sentences.length > 0 ? sentences.join(' ') : undefined;
}
