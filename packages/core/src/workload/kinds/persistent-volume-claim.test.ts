import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../cluster/object.ts';
import type { Pod } from '../types.ts';
import { judged, leaving } from './kinds.test-data.ts';
import {
  type PersistentVolumeClaim,
  persistentVolumeClaimRules,
} from './persistent-volume-claim.ts';

function claim(
  phase: 'Pending' | 'Bound' | 'Lost',
  options: {
    readonly spec?: PersistentVolumeClaim['spec'];
    readonly annotations?: Readonly<Record<string, string>>;
  } = {},
): PersistentVolumeClaim {
  const { spec = { storageClassName: 'local' }, annotations = {} } = options;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'shop', uid: 'claim-1', annotations },
    spec,
    status: { phase },
  };
}

function storageClass(volumeBindingMode: string, name = 'local'): KubeObject {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    volumeBindingMode,
  };
}

const user: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web-0' },
  spec: {
    containers: [],
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
  },
};

const lazy = storageClass('WaitForFirstConsumer');
const remark = 'It is bound when the first pod uses it (WaitForFirstConsumer).';

describe('a claim', () => {
  test('is complete when it is bound, whatever its conditions say of a resize', () => {
    const resizing = {
      ...claim('Bound'),
      status: { phase: 'Bound', conditions: [{ type: 'FileSystemResizePending', status: 'True' }] },
    };
    expect(judged(persistentVolumeClaimRules, resizing)).toMatchObject({
      complete: true,
      text: 'Bound',
    });
  });

  test('is not complete while it is being deleted', () => {
    expect(judged(persistentVolumeClaimRules, leaving(claim('Bound'))).complete).toBe(false);
  });

  test('that lost its volume has failed', () => {
    const lost = claim('Lost', { spec: { volumeName: 'pv-7' } });
    expect(judged(persistentVolumeClaimRules, lost)).toMatchObject({
      complete: false,
      failure: {
        reason: 'ClaimLost',
        message: 'The persistentvolumeclaim/data has lost its volume pv-7.',
      },
    });
  });
});

describe('a pending claim', () => {
  test('is complete while its class waits for a first pod, and says so', () => {
    const progress = judged(persistentVolumeClaimRules, claim('Pending'), lazy);
    expect(progress).toMatchObject({ complete: true, remark });
    expect(progress.unproven).toBeUndefined();
  });

  test.each<[string, PersistentVolumeClaim, readonly KubeObject[]]>([
    ['its class binds at once', claim('Pending'), [storageClass('Immediate')]],
    ['a pod uses it', claim('Pending'), [lazy, user]],
    [
      'its pod is scheduled',
      claim('Pending', { annotations: { 'volume.kubernetes.io/selected-node': 'node-1' } }),
      [lazy],
    ],
    ['it is for a volume of no class', claim('Pending', { spec: { storageClassName: '' } }), []],
    ['its class is not there', claim('Pending'), [storageClass('WaitForFirstConsumer', 'other')]],
    [
      'it names its volume',
      claim('Pending', { spec: { storageClassName: 'local', volumeName: 'pv-7' } }),
      [lazy],
    ],
    [
      'another class waits for a first pod',
      claim('Pending'),
      [storageClass('WaitForFirstConsumer', 'other'), storageClass('Immediate')],
    ],
    [
      'a provisioner is at work',
      claim('Pending', {
        annotations: { 'volume.kubernetes.io/storage-provisioner': 'example.com/disk' },
      }),
      [],
    ],
  ])('is waited for when %s', (_, one, others) => {
    expect(judged(persistentVolumeClaimRules, one, ...others).complete).toBe(false);
  });

  test('names the provisioner that it waits for', () => {
    const annotations = { 'volume.kubernetes.io/storage-provisioner': 'example.com/disk' };
    expect(judged(persistentVolumeClaimRules, claim('Pending', { annotations })).text).toBe(
      'Pending, waiting for the provisioner example.com/disk',
    );
  });

  test('is taken to wait for a first pod when classes may not be read, unproven', () => {
    expect(judged(persistentVolumeClaimRules, claim('Pending'))).toMatchObject({
      complete: true,
      unproven: true,
      remark,
    });
    expect(judged(persistentVolumeClaimRules, claim('Pending'), user).complete).toBe(false);
  });
});
