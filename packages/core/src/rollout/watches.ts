import { RESOURCES, type Resource } from '../cluster/object.ts';
import { collectionKey } from '../workload/kinds/kind.ts';
import { sharedSelector } from '../workload/selector.ts';
import { type RolloutTarget, rulesOf } from './target.ts';

/** One watch that a rollout needs. */
export interface WatchNeed {
  readonly resource: Resource;
  readonly labelSelector: string | undefined;
  readonly fieldSelector: string | undefined;
  /** Whether nothing can be judged without it. */
  readonly required: boolean;
}

/** What happens in every good rollout, pod by pod. What autoscalers and kubelets have to say is left. */
const UNTELLING_EVENTS = [
  'Scheduled',
  'Pulling',
  'Pulled',
  'Created',
  'Started',
  'Killing',
  'SuccessfulCreate',
  'SuccessfulDelete',
  'ScalingReplicaSet',
];

/**
 * The watches that tell everything about `targets`: one a kind, however many there are, each as narrow
 * as its selectors can make it. Pure.
 */
export function watchesFor(targets: readonly RolloutTarget[]): readonly WatchNeed[] {
  const own = new Map<string, RolloutTarget[]>();
  const related = new Map<string, { resource: Resource; of: RolloutTarget[] }>();
  const helpful = new Map<string, Resource>();
  for (const target of targets) {
    const key = collectionKey(target.resource);
    own.set(key, [...(own.get(key) ?? []), target]);
    const rules = rulesOf(target);
    for (const resource of rules.related) {
      const known = related.get(collectionKey(resource));
      if (known) known.of.push(target);
      else related.set(collectionKey(resource), { resource, of: [target] });
    }
    for (const resource of rules.helpful) helpful.set(collectionKey(resource), resource);
  }
  const ownNeeds = [...own].map(([key, of]): WatchNeed => {
    const [first] = of as [RolloutTarget, ...RolloutTarget[]];
    const alone = of.length === 1 && !related.has(key);
    return {
      resource: first.resource,
      labelSelector: undefined,
      fieldSelector: alone ? `metadata.name=${first.written.metadata.name}` : undefined,
      required: true,
    };
  });
  const relatedNeeds = [...related]
    .filter(([key]) => !own.has(key))
    .map(([, { resource, of }]): WatchNeed => {
      const labels = of.map((target) => rulesOf(target).relatedLabels(target.written) ?? {});
      return {
        resource,
        labelSelector: sharedSelector(labels),
        fieldSelector: undefined,
        required: true,
      };
    });
  const known = new Set([...own.keys(), ...related.keys()]);
  const helpfulNeeds = [...helpful]
    .filter(([key]) => !known.has(key))
    .map(
      ([, resource]): WatchNeed => ({
        resource,
        labelSelector: undefined,
        fieldSelector: undefined,
        required: false,
      }),
    );
  const events: WatchNeed = {
    resource: RESOURCES.events,
    labelSelector: undefined,
    fieldSelector: UNTELLING_EVENTS.map((reason) => `reason!=${reason}`).join(','),
    required: false,
  };
  return [...ownNeeds, ...relatedNeeds, ...helpfulNeeds, events];
}
