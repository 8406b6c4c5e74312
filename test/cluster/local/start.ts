import { dirname } from 'node:path';
import { createControlGroup } from '../cgroups.ts';
import { ApiClient } from '../control-plane/api-client.ts';
import {
  API_SERVICE_ADDRESS,
  type ProgramPaths,
  programPath,
} from '../control-plane/components.ts';
import {
  apiServerSwitch,
  type ControlPlane,
  startControlPlane,
  waitForServiceAccount,
} from '../control-plane/control-plane.ts';
import { writeIdentities } from '../control-plane/identities.ts';
import { registry, writeRegistryFile } from '../registry.ts';
import { clusterPaths } from '../state.ts';
import { dialThrough, Forwards } from '../supervisor/forwards.ts';
import type { Running, Starting } from '../supervisor/running.ts';
import { type Place, waitFor } from '../supervisor/waiting.ts';
import { controlGroupOf } from '../teardown.ts';
import { API_SERVER_PORT, NODE_ADDRESS, NODE_NAME } from './addresses.ts';
import { DNS_DEPLOYMENT, dnsObjects } from './dns.ts';
import { enterNamespace } from './namespace.ts';
import {
  CONTAINERD_SOCKET,
  containerd,
  kubelet,
  kubeProxy,
  snapshotterFor,
  writeNodeFiles,
} from './node.ts';
import { ensureSystemImages } from './system-images.ts';

async function startContainers(
  place: Place,
  directory: string,
  programs: ProgramPaths,
): Promise<void> {
  const archives = await ensureSystemImages(programs);
  await place.processes.start(containerd(directory, programs));
  const ctr = ['--address', CONTAINERD_SOCKET, '--namespace', 'k8s.io'];
  const snapshotter = ['--snapshotter', await snapshotterFor(directory)];
  await waitFor(place, 'containerd', 'containerd answers', async () => {
    await place.processes.run({ name: 'ctr', command: 'ctr', args: [...ctr, 'version'] });
    return true;
  });
  for (const archive of archives) {
    await place.processes.run({
      name: 'ctr',
      command: 'ctr',
      args: [...ctr, 'images', 'import', ...snapshotter, archive],
    });
  }
}

/** Waits until pods are scheduled, run, and find each other by name. */
async function waitForNode(plane: ControlPlane): Promise<void> {
  const { place, api } = plane;
  await waitFor(place, 'kubelet', 'the node is Ready', () =>
    api.hasCondition(`/api/v1/nodes/${NODE_NAME}`, 'Ready'),
  );
  await waitForServiceAccount(plane);
  await waitFor(place, 'kubelet', 'CoreDNS is available', () =>
    api.hasCondition(DNS_DEPLOYMENT, 'Available'),
  );
}

/**
 * Starts a cluster with a real node: everything runs in namespaces of its own, and the host reaches
 * the API server and the registry through loopback ports.
 */
export async function startLocal({ directory, state, record }: Starting): Promise<Running> {
  const paths = clusterPaths(directory);
  const { programs } = state;
  const dial = dialThrough(paths.inside);
  const forwards = new Forwards(dial);
  const controlGroup = controlGroupOf(directory);

  const apiAddress = { host: '127.0.0.1', port: API_SERVER_PORT };
  const apiServerPort = await forwards.start(apiAddress);
  const registryPort = await forwards.start({ host: '127.0.0.1' });
  await record({ apiServerPort, registry: `localhost:${registryPort}` });

  const settings = {
    directory,
    etcdPort: 2379,
    etcdPeerPort: 2380,
    apiServerPort: API_SERVER_PORT,
    bindAddress: '0.0.0.0',
    advertiseAddress: NODE_ADDRESS,
  };
  const [{ administrator }, namespace] = await Promise.all([
    writeIdentities({
      directory,
      name: `paal-${state.name}`,
      server: `https://127.0.0.1:${API_SERVER_PORT}`,
      serverFromHost: `https://127.0.0.1:${apiServerPort}`,
      dnsNames: ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'],
      addresses: ['127.0.0.1', NODE_ADDRESS, API_SERVICE_ADDRESS],
      node: { name: NODE_NAME, address: NODE_ADDRESS },
    }),
    enterNamespace(directory),
    createControlGroup(controlGroup),
    writeRegistryFile(directory, registryPort),
    writeNodeFiles({
      directory,
      registryPort,
      controlGroup,
      networkPlugins: dirname(programPath(programs, 'containernetworking-plugins')),
      snapshotter: await snapshotterFor(directory),
    }),
  ]);
  namespace.process.once('exit', () => process.exit(1));

  const place = { processes: namespace.processes, logs: paths.logs };
  const api = new ApiClient(administrator);
  const plane = { place, settings, programs, dial, api };
  await place.processes.start(registry(directory, programs));
  await Promise.all([startControlPlane(plane), startContainers(place, directory, programs)]);
  await place.processes.start(kubelet(directory, programs));
  await place.processes.start(kubeProxy(directory, programs));
  for (const { collection, object } of dnsObjects) await api.create(collection, object);
  await waitForNode(plane);

  const apiServer = apiServerSwitch(plane);
  return {
    processes: place.processes,
    forwards,
    // Its port on the host goes and comes with it, so that clients are refused as ever.
    apiServer: {
      stop: async () => {
        await forwards.stop(apiServerPort);
        await apiServer.stop();
      },
      start: async () => {
        await forwards.start(apiAddress, apiServerPort);
        await apiServer.start();
      },
    },
  };
}
