import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../cluster/object.ts';
import { mayHaveUri, podLike, podOfImage, podOfTemplate } from './pod-source.ts';

const backend: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'backend' },
  spec: {
    template: {
      metadata: {
        labels: { app: 'backend' },
        annotations: { 'kubectl.kubernetes.io/default-container': 'app' },
      },
      spec: {
        serviceAccountName: 'backend',
        imagePullSecrets: [{ name: 'pull' }],
        nodeSelector: { disk: 'ssd' },
        tolerations: [{ key: 'batch' }],
        securityContext: { runAsNonRoot: true, fsGroup: 100 },
        affinity: { podAntiAffinity: {} },
        initContainers: [{ name: 'wait' }],
        volumes: [
          { name: 'conf', configMap: { name: 'conf' } },
          { name: 'data', persistentVolumeClaim: { claimName: 'data' } },
        ],
        containers: [
          { name: 'proxy', image: 'proxy:1' },
          {
            name: 'app',
            image: 'backend:v7',
            env: [{ name: 'MONGODB_URI', value: 'mongodb://db' }],
            command: ['node', 'server.js'],
            livenessProbe: { httpGet: {} },
            resources: { limits: { memory: '256Mi' } },
            securityContext: { readOnlyRootFilesystem: true },
            volumeMounts: [
              { name: 'conf', mountPath: '/conf' },
              { name: 'data', mountPath: '/data' },
            ],
          },
        ],
      },
    },
  },
};

describe('a pod like that of a workload', () => {
  const { template, without } = podLike(backend, undefined);
  const [container] = template.spec.containers;

  test('has image, environment, account, place and rights of its main container', () => {
    expect(container).toMatchObject({
      image: 'backend:v7',
      env: [{ name: 'MONGODB_URI', value: 'mongodb://db' }],
      resources: { limits: { memory: '256Mi' } },
      securityContext: { readOnlyRootFilesystem: true },
    });
    expect(template.spec).toMatchObject({
      serviceAccountName: 'backend',
      imagePullSecrets: [{ name: 'pull' }],
      nodeSelector: { disk: 'ssd' },
      tolerations: [{ key: 'batch' }],
      securityContext: { runAsNonRoot: true, fsGroup: 100 },
    });
    expect(podLike(backend, 'backend:v8').template.spec.containers[0]?.image).toBe('backend:v8');
  });

  test('has none of its labels, other containers, probes, and rules about neighbours', () => {
    expect(template.metadata).toBeUndefined();
    expect(template.spec.containers).toHaveLength(1);
    expect(template.spec).not.toHaveProperty('initContainers');
    expect(template.spec).not.toHaveProperty('affinity');
    expect(container).not.toHaveProperty('livenessProbe');
  });

  test('does without the volumes that only one pod may have, and says so', () => {
    expect(template.spec.volumes).toEqual([{ name: 'conf', configMap: { name: 'conf' } }]);
    expect(container?.volumeMounts).toEqual([{ name: 'conf', mountPath: '/conf' }]);
    expect(without).toEqual(['data']);
  });
});

describe('where a pod gets its connection string from', () => {
  test('may be the environment of the workload', () => {
    expect(mayHaveUri(podLike(backend, undefined))).toBe(true);
    expect(mayHaveUri(podOfImage('shop:v1'))).toBe(false);
  });
});

describe('a template that cannot be used', () => {
  const job = (containers: readonly object[]): KubeObject => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'migrate' },
    spec: { template: { spec: { containers } } },
  });

  test('is refused with what is wrong with it', () => {
    expect(() => podOfTemplate(backend, undefined)).toThrow(
      'The input "job-template": deployment/backend is not a Job with a container.',
    );
    expect(() => podOfTemplate(job([]), undefined)).toThrow('is not a Job with a container');
    expect(() => podOfTemplate(job([{ name: 'app' }]), undefined)).toThrow(
      'the container app of job/migrate has no image',
    );
    expect(podOfTemplate(job([{ name: 'app' }]), 'shop:v1').template.spec.containers).toEqual([
      { name: 'app', image: 'shop:v1' },
    ]);
  });
});
