import type { Cluster } from '../cluster/cluster.ts';
import type { Versions } from '../e2e/rollout-fixture.ts';
import { testApp } from '../images/test-app.ts';

/** The versions of the test application that rollouts go between, in the cluster's registry. */
export async function versionsIn({ registry }: Cluster, signal: AbortSignal): Promise<Versions> {
  const images = await testApp(registry, ['v1', 'v2', 'v3'], { signal });
  const [v1 = '', v2 = '', v3 = ''] = images.map(({ image }) => image);
  return { v1, v2, v3, missing: `${registry}/test-app:missing` };
}
