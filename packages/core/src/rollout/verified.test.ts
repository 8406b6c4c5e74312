import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../cluster/object.ts';
import type { PodTemplate } from '../workload/types.ts';
import { whyNotReleased } from './verified.ts';

const workload = { kind: 'Deployment', namespace: 'shop', name: 'web' } as const;

function template(image: string, annotations = {}): PodTemplate {
  return { metadata: { annotations }, spec: { containers: [{ name: 'web', image }] } };
}

function live(made: PodTemplate): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { template: made },
  };
}

describe('a workload is what the release made of it', () => {
  const released = { workload, template: template('web:2') };

  test('also when it was restarted since', () => {
    const restarted = template('web:2', { 'kubectl.kubernetes.io/restartedAt': 'now' });
    expect(whyNotReleased(released, live(restarted))).toBeUndefined();
  });

  test('also when a rollback has named its image by the digest that it ran', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const images = { web: [{ digest, of: 'manifest' }] } as const;
    const pinned = live(template(`web@${digest}`));
    expect(whyNotReleased({ ...released, images }, pinned)).toBeUndefined();
    expect(whyNotReleased(released, pinned)).toBe(
      'somebody else has set other images on deployment/web',
    );
  });

  test('and no more when somebody has set another image', () => {
    expect(whyNotReleased(released, live(template('web:hotfix')))).toBe(
      'somebody else has set other images on deployment/web',
    );
  });

  test('and no more when it is gone', () => {
    expect(whyNotReleased(released, undefined)).toBe('deployment/web is not there any more');
  });
});
