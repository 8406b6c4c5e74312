import type { Playground } from './fixture.ts';
import type { Failure } from './rollout-failure.ts';
import type { Versions } from './rollout-fixture.ts';
import type { WebOptions } from './workloads.ts';

/** A failure that every kind of workload can have. */
export interface FailureCase {
  readonly name: string;
  /** Prepares the namespace before the bad release. */
  readonly prepare?: (ground: Playground) => Promise<void>;
  readonly bad: (image: Versions) => Omit<WebOptions, 'kind'>;
  readonly expected: Pick<Failure, 'reason' | 'says' | 'inputs' | 'status' | 'container' | 'at'>;
}

const LIVENESS = {
  livenessProbe: {
    httpGet: { path: '/ready', port: 8080 },
    periodSeconds: 1,
    failureThreshold: 1,
    terminationGracePeriodSeconds: 1,
  },
};

/** The failures of which the time to detect is measured, and some more. */
export const FAILURE_CASES: readonly FailureCase[] = [
  {
    name: 'an image that does not exist',
    bad: (image) => ({ image: image.missing }),
    expected: { reason: 'ImageNotFound', says: ['does not exist', /not found/], at: 'image: ' },
  },
  {
    name: 'a crash at the start',
    bad: (image) => ({ image: image.v2, env: { EXIT_CODE: '3' } }),
    expected: {
      reason: 'CrashLoop',
      says: ['exited with code 3, 3 times so far'],
      at: '- name: web',
    },
  },
  {
    name: 'a crash of an init container',
    bad: (image) => ({
      image: image.v2,
      pod: {
        initContainers: [
          { name: 'prepare', image: image.v2, env: [{ name: 'EXIT_CODE', value: '1' }] },
        ],
      },
    }),
    expected: {
      reason: 'CrashLoop',
      container: 'prepare',
      says: ['The init container prepare exited with code 1, 3 times so far'],
      at: '- name: prepare',
    },
  },
  {
    name: 'a Secret that does not exist',
    bad: (image) => ({
      image: image.v2,
      container: { envFrom: [{ secretRef: { name: 'db' } }] },
    }),
    expected: {
      reason: 'SecretNotFound',
      says: ['The Secret db, which container web needs, does not exist'],
      at: 'name: db',
    },
  },
  {
    name: 'a container that needs more memory than its limit',
    bad: (image) => ({
      image: image.v2,
      env: { ALLOCATE: '128Mi' },
      container: { resources: { limits: { memory: '32Mi' } } },
    }),
    expected: {
      reason: 'OOMKilled',
      says: ['more memory than its limit of 32Mi (OOMKilled)', '(now 32Mi)'],
      at: 'memory: 32Mi',
    },
  },
  {
    name: 'a liveness probe that kills',
    bad: (image) => ({ image: image.v2, env: { NEVER_READY: '1' }, container: LIVENESS }),
    expected: {
      reason: 'LivenessProbeFailed',
      says: ['because its liveness probe failed (HTTP probe failed with statuscode: 503)'],
      at: 'livenessProbe:',
    },
  },
  {
    name: 'pods that never become ready',
    bad: (image) => ({ image: image.v2, env: { NEVER_READY: '1' } }),
    expected: {
      reason: 'ProbeFailed',
      status: 'timed-out',
      inputs: { timeout: '12s' },
      says: ['Readiness probe failed: HTTP probe failed with statuscode: 503'],
      at: 'readinessProbe:',
    },
  },
  {
    name: 'a quota that is used up',
    prepare: async (ground) => {
      await ground.apply({
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'compute' },
        spec: { hard: { 'requests.example.com/gpu': '0' } },
      });
    },
    bad: (image) => ({
      image: image.v2,
      container: { resources: { limits: { 'example.com/gpu': '1' } } },
    }),
    expected: {
      reason: 'FailedCreate',
      container: '',
      says: ['Pods cannot be created', 'exceeded quota: compute'],
      at: 'apiVersion',
    },
  },
  {
    name: 'pods that no node takes',
    bad: (image) => ({ image: image.v2, pod: { nodeSelector: { disk: 'gold' } } }),
    expected: {
      reason: 'Unschedulable',
      container: '',
      inputs: { budgets: 'Unschedulable=5s' },
      says: [
        'No node takes the pod web-',
        "didn't match Pod's node affinity/selector",
        'No node has the label disk=gold; none has a label disk.',
      ],
      at: 'nodeSelector:',
    },
  },
];
