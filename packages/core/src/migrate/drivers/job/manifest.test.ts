import { describe, expect, test } from '@jest/globals';
import type { Job } from '../../../workload/kinds/job.ts';
import { jobOptions, REQUEST } from './job.test-data.ts';
import { jobManifest, ownedMetadata } from './manifest.ts';
import type { JobOptions } from './options.ts';
import { type PodBase, podOfImage } from './pod-source.ts';

function manifest(more: Partial<JobOptions> = {}, base: PodBase = podOfImage('shop:v1')): Job {
  return jobManifest(REQUEST, jobOptions(more), base, 'key') as Job;
}

describe('the Job of a request', () => {
  test('runs the runner with the request as its command line, and no secret on it', () => {
    const [container] = manifest().spec.template.spec.containers;
    expect(container).toMatchObject({
      image: 'shop:v1',
      command: [
        'node',
        '/paal/files/start.mjs',
        'up',
        '--directory=db/migrations',
        '--run=https://github.test/runs/4711',
        '--actor=mona',
        '--sha=abc',
      ],
      env: [
        { name: 'MONGODB_URI', valueFrom: { secretKeyRef: { name: 'db', key: 'uri' } } },
        { name: 'PAAL_RESULT_FILE', value: '/dev/termination-log' },
        { name: 'TMPDIR', value: '/paal/work' },
      ],
      terminationMessagePolicy: 'FallbackToLogsOnError',
    });
    const value = { kind: 'value', uri: 'mongodb://user:hunter2@db' } as const;
    expect(JSON.stringify(manifest({ uri: value }))).not.toContain('hunter2');
    const other = manifest({ changelog: 'changes' }).spec.template.spec.containers[0];
    expect(other?.command).toContain('--changelog=changes');
  });

  test('is tried again for nothing but a pod that the cluster ended', () => {
    const { spec } = manifest();
    expect(spec).toMatchObject({
      suspend: true,
      parallelism: 1,
      completions: 1,
      backoffLimit: 0,
      activeDeadlineSeconds: 600,
      podFailurePolicy: {
        rules: [
          {
            action: 'FailJob',
            onExitCodes: { containerName: 'migrate', operator: 'In', values: [1, 2, 3, 4, 9] },
          },
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] },
        ],
      },
      template: { spec: { restartPolicy: 'Never' } },
    });
    expect(spec).not.toHaveProperty('ttlSecondsAfterFinished');
  });

  test('gets no sidecar from a mesh', () => {
    expect(manifest().spec.template.metadata).toMatchObject({
      labels: { 'sidecar.istio.io/inject': 'false' },
      annotations: { 'sidecar.istio.io/inject': 'false', 'linkerd.io/inject': 'disabled' },
    });
  });

  test('of a template keeps what that says of the pod, but not how its container begins', () => {
    const base: PodBase = {
      template: {
        metadata: { labels: { team: 'shop' }, annotations: { why: 'because' } },
        spec: {
          restartPolicy: 'OnFailure',
          terminationGracePeriodSeconds: 300,
          volumes: [{ name: 'certs', secret: { secretName: 'certs' } }],
          containers: [
            {
              name: 'app',
              image: 'shop:v1',
              command: ['./serve'],
              args: ['--all'],
              ports: [{ containerPort: 80 }],
              livenessProbe: {},
              env: [
                { name: 'MONGODB_URI', value: 'mongodb://old' },
                { name: 'LOG', value: 'debug' },
              ],
              volumeMounts: [{ name: 'certs', mountPath: '/certs' }],
            },
            { name: 'proxy', image: 'proxy:1' },
          ],
        },
      },
      without: [],
    };
    const { metadata, spec } = manifest({}, base).spec.template;
    const [container, proxy] = spec.containers;
    expect(metadata?.labels).toMatchObject({ team: 'shop', 'paal.dev/run-id': '4711' });
    expect(metadata?.annotations).toMatchObject({ why: 'because' });
    expect(spec).toMatchObject({ restartPolicy: 'Never', terminationGracePeriodSeconds: 300 });
    expect(proxy).toEqual({ name: 'proxy', image: 'proxy:1' });
    expect(container).not.toHaveProperty('args');
    expect(container).not.toHaveProperty('livenessProbe');
    expect(container?.env).toContainEqual({ name: 'LOG', value: 'debug' });
    expect(JSON.stringify(container)).not.toContain('mongodb://old');
    expect(container?.volumeMounts).toContainEqual({ name: 'certs', mountPath: '/certs' });
    const own = manifest({ uri: { kind: 'environment' } }, base);
    expect(JSON.stringify(own)).toContain('mongodb://old');
  });
});

describe('what is made for a Job', () => {
  test('goes with it, without a right that the role edit does not have', () => {
    const job = { ...manifest(), metadata: { ...manifest().metadata, uid: 'u-1' } };
    const { ownerReferences } = ownedMetadata(job, 'part');
    expect(ownerReferences).toEqual([
      { apiVersion: 'batch/v1', kind: 'Job', name: job.metadata.name, uid: 'u-1' },
    ]);
  });
});
