import type { Pod } from '../../workload/types.ts';
import type { Target } from './answers.ts';

/** A pod that Prometheus does not see. */
export interface Unseen {
  readonly pod: string;
  readonly why: string;
}

const NEVER = /^0001-/;

/** The pod's addresses, of which there are two where the cluster has two families. */
function addressesOf({ status }: Pod): readonly string[] {
  const { podIP, podIPs = [] } = (status ?? {}) as {
    readonly podIP?: string;
    readonly podIPs?: readonly { readonly ip?: string }[];
  };
  return [podIP, ...podIPs.map(({ ip }) => ip)].filter((ip) => ip !== undefined);
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '') : '';
}

/**
 * Whether `target` is one of `pod`: by its label `pod`, and where it has none, by its address. An address
 * alone may be that of a pod that is gone.
 */
function belongsTo({ labels, scrapeUrl }: Target, pod: Pod): boolean {
  const { name, namespace } = pod.metadata;
  const { pod: labelled, namespace: place } = labels;
  if (place !== undefined && namespace !== undefined && place !== namespace) return false;
  return labelled === undefined ? addressesOf(pod).includes(hostOf(scrapeUrl)) : labelled === name;
}

/** The targets of `pods`. */
export function targetsOf(pods: readonly Pod[], targets: readonly Target[]): readonly Target[] {
  return targets.filter((target) => pods.some((pod) => belongsTo(target, pod)));
}

function whyUnseen(own: readonly Target[]): string | undefined {
  if (own.length === 0) return 'no target';
  if (own.some(({ health, lastScrape }) => health === 'up' && !NEVER.test(lastScrape))) {
    return undefined;
  }
  const down = own.find(({ health }) => health === 'down');
  return down ? `down: ${down.lastError || 'not scraped'}` : 'not scraped yet';
}

/** Those of `pods` of which Prometheus has no target that it has scraped, and well; pure. */
export function unseenPods(pods: readonly Pod[], targets: readonly Target[]): readonly Unseen[] {
  return pods.flatMap((pod) => {
    const why = whyUnseen(targets.filter((target) => belongsTo(target, pod)));
    return why === undefined ? [] : [{ pod: pod.metadata.name, why }];
  });
}
