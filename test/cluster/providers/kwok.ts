import { fileURLToPath } from 'node:url';
import { ApiClient } from '../control-plane/api-client.ts';
import { programPath } from '../control-plane/components.ts';
import {
  apiServerSwitch,
  startControlPlane,
  waitForServiceAccount,
} from '../control-plane/control-plane.ts';
import { identityFiles, writeIdentities } from '../control-plane/identities.ts';
import { registry, writeRegistryFile } from '../registry.ts';
import { clusterPaths } from '../state.ts';
import { dialDirectly, Forwards } from '../supervisor/forwards.ts';
import { Processes, type ProcessHost } from '../supervisor/processes.ts';
import type { Running, Starting } from '../supervisor/running.ts';
import { waitFor } from '../supervisor/waiting.ts';

const NODE_NAME = 'kwok-1';
const STAGES = fileURLToPath(new URL('./kwok-stages.yaml', import.meta.url));

const node = {
  metadata: {
    name: NODE_NAME,
    labels: { 'kubernetes.io/hostname': NODE_NAME, type: 'kwok' },
    annotations: { 'kwok.x-k8s.io/node': 'fake' },
  },
};

async function choosePorts(processes: ProcessHost) {
  return {
    etcdPort: await processes.freePort(),
    etcdPeerPort: await processes.freePort(),
    apiServerPort: await processes.freePort(),
    registryPort: await processes.freePort(),
  };
}

/**
 * Starts a control plane with a node that kwok simulates, in this user's own rights and on loopback
 * ports: pods become Running and Ready at once, but nothing runs in them.
 */
export async function startKwok({ directory, state, record }: Starting): Promise<Running> {
  const paths = clusterPaths(directory);
  const { programs } = state;
  const processes = new Processes(paths.logs);
  const ports = await choosePorts(processes);
  const { apiServerPort, registryPort } = ports;
  const registryAddress = `localhost:${registryPort}`;
  await record({ apiServerPort, registry: registryAddress });

  const server = `https://127.0.0.1:${apiServerPort}`;
  const { administrator } = await writeIdentities({
    directory,
    name: `paal-${state.name}`,
    server,
    serverFromHost: server,
    dnsNames: ['localhost'],
    addresses: ['127.0.0.1'],
  });
  const settings = { directory, ...ports, bindAddress: '127.0.0.1' };
  const place = { processes, logs: paths.logs };
  const api = new ApiClient(administrator);
  const plane = { place, settings, programs, dial: dialDirectly, api };
  await writeRegistryFile(directory, registryPort);
  await processes.start(registry(directory, programs));
  await startControlPlane(plane);
  await api.create('/api/v1/nodes', node);
  await processes.start({
    name: 'kwok',
    command: programPath(programs, 'kwok'),
    args: [
      `--config=${STAGES}`,
      `--kubeconfig=${identityFiles(directory).kubeconfig('administrator')}`,
      '--manage-all-nodes=true',
      '--node-lease-duration-seconds=40',
    ],
  });
  await waitFor(place, 'kwok', 'the node is Ready', () =>
    api.hasCondition(`/api/v1/nodes/${NODE_NAME}`, 'Ready'),
  );
  await waitForServiceAccount(plane);
  return { processes, forwards: new Forwards(dialDirectly), apiServer: apiServerSwitch(plane) };
}
