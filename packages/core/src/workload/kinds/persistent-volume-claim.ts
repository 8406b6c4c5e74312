import { type KubeObject, objectName, RESOURCES, type Resource } from '../../cluster/object.ts';
import type { Pod } from '../types.ts';
import { collection, type KindRules, type Progress, type Related } from './kind.ts';
import { isLeaving } from './status.ts';

/** The parts of a claim that decisions read. It tells no observed generation. */
export interface PersistentVolumeClaim extends KubeObject {
  readonly spec: {
    /** Empty for a volume that somebody made; absent for the default class. */
    readonly storageClassName?: string;
    readonly volumeName?: string;
  };
  readonly status?: { readonly phase?: 'Pending' | 'Bound' | 'Lost' };
}

interface StorageClass extends KubeObject {
  readonly volumeBindingMode?: 'Immediate' | 'WaitForFirstConsumer';
}

const claims: Resource = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  name: 'persistentvolumeclaims',
  namespaced: true,
};
const storageClasses: Resource = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  name: 'storageclasses',
  namespaced: false,
};
const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
const PROVISIONER = 'volume.kubernetes.io/storage-provisioner';

interface Volume {
  readonly persistentVolumeClaim?: { readonly claimName?: string };
}

function uses(pod: Pod, claim: KubeObject): boolean {
  return ((pod.spec.volumes ?? []) as readonly Volume[]).some(
    ({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === claim.metadata.name,
  );
}

/**
 * Whether the claim waits for the first pod that uses it: `true` where its class says so, `likely`
 * where the class may not be read and nothing speaks against it. Once a pod is scheduled, the claim
 * names its node; with a class that binds at once it soon names its provisioner (pkg/controller/volume/persistentvolume/pv_controller.go syncUnboundClaim).
 */
function waitsForConsumer(
  claim: PersistentVolumeClaim,
  { dependsOn }: Related,
): boolean | 'likely' {
  const { storageClassName, volumeName } = claim.spec;
  const annotations = claim.metadata.annotations ?? {};
  const scheduled = annotations[SELECTED_NODE] !== undefined;
  if (volumeName || storageClassName === '' || scheduled) return false;
  if (dependsOn.some(({ kind }) => kind === 'Pod')) return false;
  const classes = dependsOn.filter(({ kind }) => kind === 'StorageClass') as StorageClass[];
  if (classes.length > 0) {
    const own = classes.find(({ metadata }) => metadata.name === storageClassName);
    return own?.volumeBindingMode === 'WaitForFirstConsumer';
  }
  return annotations[PROVISIONER] === undefined ? 'likely' : false;
}

/**
 * Complete: Bound, or waiting for a first consumer that nobody made yet. Lost is final: a claim whose
 * volume is gone is never bound again. Conditions about resizing are not waited for, because some
 * file systems are only resized when a pod mounts them.
 */
function progress(object: KubeObject, related: Related): Progress {
  const claim = object as PersistentVolumeClaim;
  const phase = claim.status?.phase ?? 'Pending';
  const waits = phase === 'Pending' ? waitsForConsumer(claim, related) : false;
  const complete = !isLeaving(claim) && (phase === 'Bound' || waits !== false);
  const { [SELECTED_NODE]: node, [PROVISIONER]: provisioner } = claim.metadata.annotations ?? {};
  return {
    observed: true,
    complete,
    ...(complete && waits === 'likely' ? { unproven: true as const } : {}),
    text:
      phase === 'Pending' && provisioner
        ? `Pending, waiting for the provisioner ${provisioner}`
        : phase,
    advance: [node === undefined ? 0 : 1, phase === 'Bound' ? 1 : 0],
    ...(complete && waits !== false
      ? { remark: 'It is bound when the first pod uses it (WaitForFirstConsumer).' }
      : {}),
    ...(phase === 'Lost'
      ? {
          failure: {
            reason: 'ClaimLost',
            class: 'permanent' as const,
            message:
              `The ${objectName(claim.kind, claim.metadata.name)} has lost its volume ${claim.spec.volumeName ?? ''}`.trimEnd() +
              '.',
            hint: 'Its data is on that volume or gone: restore a backup into a new claim.',
          },
        }
      : {}),
  };
}

/** A PersistentVolumeClaim: by its class, and by the pods that use it as far as they are known. */
export const persistentVolumeClaimRules: KindRules = {
  resource: claims,
  related: [],
  helpful: [storageClasses],
  relate: (object, collections) => {
    const users = collection<Pod>(collections, RESOURCES.pods).filter((pod) => uses(pod, object));
    const classes = collection<StorageClass>(collections, storageClasses);
    return { pods: [], newPods: [], owned: [], dependsOn: [...classes, ...users] };
  },
  progress,
  relatedLabels: () => undefined,
  template: () => undefined,
  keepsRunning: () => false,
};
