import { fileURLToPath } from 'node:url';
import type { Cluster } from '../cluster/cluster.ts';
import { answers, httpUrl, startService } from '../cluster/services/service.ts';
import { afterTests } from './fixture.ts';

const PROGRAM = fileURLToPath(new URL('../faults/registry-front.ts', import.meta.url));

/** Another name for a cluster's registry, under which it may be in trouble. */
export interface RegistryFront {
  /** An image of the registry, under that name. */
  image(name: string): string;
  /** Whether everything is answered 503 from now on. */
  refuse(on: boolean): Promise<void>;
}

/**
 * Starts an HTTP front before a cluster's registry, from which the node's containerd pulls; it goes
 * when the file's tests have run.
 */
export async function startRegistryFront(cluster: Cluster): Promise<RegistryFront> {
  let port = '';
  const service = await startService(cluster, {
    name: 'registry-front',
    command: process.execPath,
    args: (listen) => {
      port = listen.split(':').at(-1) ?? '';
      return [PROGRAM, listen, cluster.registry];
    },
    isReady: (fromHost) => answers(fromHost, '/v2/'),
  });
  afterTests(service.stop);
  const url = `${httpUrl(service.fromHost)}/front`;
  return {
    // containerd takes localhost without TLS, whatever its port.
    image: (name) => name.replace(cluster.registry, `localhost:${port}`),
    refuse: async (on) => {
      await fetch(`${url}/answers/${on ? 503 : 'all'}`, { method: 'PUT' });
    },
  };
}
