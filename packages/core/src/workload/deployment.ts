import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../cluster/object.ts';
import type { Deployment, PodTemplate, ReplicaSet } from './types.ts';

const HASH_LABEL = 'pod-template-hash';

/** Whether `owner` is the controller of `object`: by UID, because names and labels are reused. */
export function isControlledBy(object: KubeObject, owner: KubeObject): boolean {
  return (object.metadata.ownerReferences ?? []).some(
    ({ uid, controller }) => controller === true && uid === owner.metadata.uid,
  );
}

/** A template without the label that the Deployment controller adds to those of ReplicaSets. */
export function withoutHash(template: PodTemplate): PodTemplate {
  const { [HASH_LABEL]: _, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

/** Whether two templates make the same pods, as the Deployment controller compares them. */
export function sameTemplate(a: PodTemplate, b: PodTemplate): boolean {
  const plain = (template: PodTemplate): unknown => {
    const { metadata, spec } = withoutHash(template);
    return { labels: metadata?.labels ?? {}, annotations: metadata?.annotations ?? {}, spec };
  };
  return isDeepStrictEqual(plain(a), plain(b));
}

function age(replicaSet: ReplicaSet): string {
  return `${replicaSet.metadata.creationTimestamp ?? ''} ${replicaSet.metadata.name}`;
}

/**
 * The ReplicaSet of the Deployment's present template: found by the template, not by a computed hash
 * (hashes collide) nor by the highest revision (written later). The oldest where several match
 * (kubernetes pkg/controller/deployment/util FindNewReplicaSet).
 */
export function newReplicaSet(
  deployment: Deployment,
  replicaSets: readonly ReplicaSet[],
): ReplicaSet | undefined {
  return replicaSets
    .filter((one) => isControlledBy(one, deployment))
    .filter((one) => sameTemplate(one.spec.template, deployment.spec.template))
    .sort((a, b) => (age(a) < age(b) ? -1 : 1))[0];
}
