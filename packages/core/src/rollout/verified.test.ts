import { describe, expect, test } from '@jest/globals';
import type { Connection } from '../cluster/connection.ts';
import type { KubeObject } from '../cluster/object.ts';
import type { Ledger } from '../release/ledger.ts';
import { release } from '../release/release.test-data.ts';
import type { PodTemplate } from '../workload/types.ts';
import { markVerified, whyNotReleased } from './verified.ts';

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

describe('a release is marked as verified', () => {
  const released = { workload, template: template('web:2') };
  const connection: Partial<Connection> = {
    request: async <T>(): Promise<T> => live(template('web:2')) as T,
  };

  async function marking(signal: AbortSignal, ...later: Parameters<typeof release>[]) {
    const marked: string[] = [];
    const ledger: Partial<Ledger> = {
      mark: async (one, status, _, measured) => {
        marked.push(`${one.number} ${status} ${JSON.stringify(measured)}`);
      },
    };
    const tools = { connection: connection as Connection, ledger: ledger as Ledger };
    const own = release(2, 'rolled-out');
    const releases = [own, ...later.map((one) => release(...one))];
    const why = await markVerified(tools, releases, own, [released], {
      signal,
      measured: { 'http health': 1 },
    }).catch(String);
    return { marked, why };
  }

  const { signal } = new AbortController();

  test('with what was measured of it, when it still serves', async () => {
    const marked = ['2 verified {"http health":1}'];
    expect(await marking(signal)).toEqual({ marked, why: undefined });
  });

  test('and not when another one serves since', async () => {
    expect(await marking(signal, [3, 'rolled-out'])).toEqual({
      marked: [],
      why: 'release 3 serves since',
    });
  });

  test('and not when the lease was lost on the way', async () => {
    const lost = AbortSignal.abort(new Error('another run has it'));
    expect(await marking(lost)).toEqual({ marked: [], why: 'Error: another run has it' });
  });
});
