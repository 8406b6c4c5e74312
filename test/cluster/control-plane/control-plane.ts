import type { Dial } from '../supervisor/forwards.ts';
import { onlyProcess } from '../supervisor/processes.ts';
import type { Running } from '../supervisor/running.ts';
import { type Place, waitFor } from '../supervisor/waiting.ts';
import type { ApiClient } from './api-client.ts';
import {
  apiServer,
  type ControlPlaneSettings,
  controllerManager,
  etcd,
  type ProgramPaths,
  scheduler,
} from './components.ts';

/** What it takes to run a control plane. */
export interface ControlPlane {
  readonly place: Place;
  readonly settings: ControlPlaneSettings;
  readonly programs: ProgramPaths;
  /** Connects from where the control plane runs. */
  readonly dial: Dial;
  /** As the administrator. */
  readonly api: ApiClient;
}

async function waitForApiServer(place: Place, api: ApiClient): Promise<void> {
  await waitFor(place, 'kube-apiserver', 'the API server is ready', () => api.isReady());
}

/**
 * Starts etcd and the API server, and the controllers once it is ready: each of them would wait for
 * the one before by itself, but for whole seconds at a time.
 */
export async function startControlPlane(plane: ControlPlane): Promise<void> {
  const { place, settings, programs, dial, api } = plane;
  await place.processes.start(etcd(settings, programs));
  await waitFor(place, 'etcd', 'etcd takes connections', async () => {
    (await dial({ host: '127.0.0.1', port: settings.etcdPort })).destroy();
    return true;
  });
  await place.processes.start(apiServer(settings, programs));
  await waitForApiServer(place, api);
  await place.processes.start(controllerManager(settings, programs));
  await place.processes.start(scheduler(settings, programs));
}

/** Waits until pods can be created in the namespace `default`. */
export async function waitForServiceAccount({ place, api }: ControlPlane): Promise<void> {
  await waitFor(place, 'kube-controller-manager', 'ServiceAccount default exists', () =>
    api.get('/api/v1/namespaces/default/serviceaccounts/default'),
  );
}

/** The switch for the API server of a control plane that is up. */
export function apiServerSwitch(plane: ControlPlane): NonNullable<Running['apiServer']> {
  const { place, settings, programs, api } = plane;
  // Services that have ended since are not what a start of the API server fails of.
  const alone = { ...place, processes: onlyProcess(place.processes, 'kube-apiserver') };
  return {
    stop: () => place.processes.kill('kube-apiserver'),
    start: async () => {
      await place.processes.start(apiServer(settings, programs));
      await waitForApiServer(alone, api);
    },
  };
}
