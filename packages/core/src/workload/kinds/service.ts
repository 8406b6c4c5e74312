import { type KubeObject, RESOURCES, type Resource } from '../../cluster/object.ts';
import type { Pod, PodTemplate } from '../types.ts';
import { countOf } from './count.ts';
import { collection, type KindRules, type Progress, type Related } from './kind.ts';
import { controlledBy } from './owned.ts';
import { isLeaving } from './status.ts';

/** The parts of a Service that decisions read. It tells no observed generation. */
export interface Service extends KubeObject {
  readonly spec: {
    readonly type?: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';
    readonly selector?: Readonly<Record<string, string>> | null;
  };
  readonly status?: {
    readonly loadBalancer?: {
      readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[];
    };
  };
}

interface Endpoint {
  /** Absent means true (k8s.io/api/discovery/v1 EndpointConditions). */
  readonly conditions?: { readonly ready?: boolean };
  readonly targetRef?: { readonly kind?: string; readonly uid?: string };
}

interface EndpointSlice extends KubeObject {
  /** null where there are none. */
  readonly endpoints?: readonly Endpoint[] | null;
}

const services: Resource = {
  apiVersion: 'v1',
  kind: 'Service',
  name: 'services',
  namespaced: true,
};
const endpointSlices: Resource = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  name: 'endpointslices',
  namespaced: true,
};
const SERVICE_LABEL = 'kubernetes.io/service-name';

type Labels = Readonly<Record<string, string>>;

function matches(selector: Labels, labels: Labels = {}): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

/** Whether the Service sends its traffic to pods that it selects, and not to what somebody names. */
export function selectsPods({ spec }: Service): boolean {
  return spec.type !== 'ExternalName' && Object.keys(spec.selector ?? {}).length > 0;
}

/**
 * Whether the Service selects the pods of a template: a Service whose every workload is at 0
 * replicas has nothing to wait for, and one that no workload matches is likely a mistake.
 */
export function selectsTemplate(service: Service, template: PodTemplate): boolean {
  return selectsPods(service) && matches(service.spec.selector ?? {}, template.metadata?.labels);
}

interface Endpoints {
  readonly all: number;
  readonly ready: number;
  /** Whether a ready one is known to be a pod that the present selector means. */
  readonly proven: boolean;
}

/**
 * The endpoints, without those of pods that the selector does not mean: after a change of the
 * selector the slices are the old ones until the controller has come to it, and no generation says
 * which they are.
 */
function endpointsOf(service: Service, related: Related): Endpoints {
  const labels = new Map(related.dependsOn.map(({ metadata }) => [metadata.uid, metadata.labels]));
  const known = ({ targetRef }: Endpoint): boolean => labels.has(targetRef?.uid);
  const meant = (related.owned as readonly EndpointSlice[])
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(
      (one) => !known(one) || matches(service.spec.selector ?? {}, labels.get(one.targetRef?.uid)),
    );
  const ready = meant.filter(({ conditions }) => conditions?.ready !== false);
  return { all: meant.length, ready: ready.length, proven: ready.some(known) };
}

/**
 * Complete: an endpoint is ready, and a load balancer has its address. The endpoint is ready once its
 * pod is and until it is told to end (k8s.io/endpointslice podToEndpoint). Without a selector, and
 * for ExternalName, there is nothing to wait for; kstatus waits for no endpoint at all.
 */
function progress(object: KubeObject, related: Related): Progress {
  const service = object as Service;
  const balanced = service.spec.type === 'LoadBalancer';
  const addresses = service.status?.loadBalancer?.ingress?.length ?? 0;
  const selecting = selectsPods(service);
  const { all, ready, proven } = selecting
    ? endpointsOf(service, related)
    : { all: 0, ready: 0, proven: true };
  const complete = !isLeaving(service) && (!selecting || ready > 0) && (!balanced || addresses > 0);
  const parts = [
    ...(selecting ? [`${ready} of ${countOf(all, 'endpoint')} ready`] : []),
    ...(balanced ? [countOf(addresses, 'address', 'addresses')] : []),
  ];
  return {
    observed: true,
    complete,
    ...(complete && !proven ? { unproven: true as const } : {}),
    text: parts.join(', ') || 'needs no endpoints',
    advance: [all, ready, addresses],
  };
}

/** A Service: by its own EndpointSlices, known by owner and label. */
export const serviceRules: KindRules = {
  resource: services,
  related: [endpointSlices],
  helpful: [],
  relate: (object, collections) => {
    const owned = controlledBy(
      object,
      collection<EndpointSlice>(collections, endpointSlices),
    ).filter(({ metadata }) => metadata.labels?.[SERVICE_LABEL] === object.metadata.name);
    const targets = new Set(
      owned.flatMap(({ endpoints }) => (endpoints ?? []).map(({ targetRef }) => targetRef?.uid)),
    );
    const dependsOn = collection<Pod>(collections, RESOURCES.pods).filter(({ metadata }) =>
      targets.has(metadata.uid),
    );
    return { pods: [], newPods: [], owned, dependsOn };
  },
  progress,
  relatedLabels: ({ metadata }) => ({ [SERVICE_LABEL]: metadata.name }),
  template: () => undefined,
  keepsRunning: () => false,
};
