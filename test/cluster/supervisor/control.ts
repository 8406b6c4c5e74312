import { UserError } from '@paal/core/errors';
import type { Address } from './forwards.ts';
import { processMethods } from './processes.ts';
import { call, type Methods, serve } from './rpc.ts';
import type { Running } from './running.ts';

/** What a supervisor says of the components that it started with the cluster. */
export interface Health {
  /** Those that have ended, such as "kubelet exited with code 1". */
  readonly ended: readonly string[];
}

function notOurs(what: string): never {
  throw new UserError(`${what}: this cluster was not made by the harness alone`);
}

async function controlMethods({ processes, forwards, apiServer }: Running): Promise<Methods> {
  const components = new Set((await processes.list()).map(({ name }) => name));
  return {
    ...processMethods(processes),
    health: async (): Promise<Health> => {
      const ended = (await processes.list())
        .filter((one) => components.has(one.name) && one.ended !== undefined)
        .map((one) => `${one.name} ${one.ended}`);
      return { ended };
    },
    publish: async (address: Address) =>
      forwards ? await forwards.start(address) : notOurs('No address in it can be published'),
    unpublish: async (port: number) => await forwards?.stop(port),
    stopApiServer: async () =>
      apiServer ? await apiServer.stop() : notOurs('Its API server cannot be stopped'),
    startApiServer: async () =>
      apiServer ? await apiServer.start() : notOurs('Its API server cannot be started'),
  };
}

/** Takes requests of the harness's other processes on a Unix socket. */
export async function serveControl(socket: string, running: Running): Promise<void> {
  await serve(socket, await controlMethods(running));
}

/** The health of the cluster whose supervisor serves `socket`; rejects when none does. */
export async function askHealth(socket: string, signal: AbortSignal): Promise<Health> {
  return await call<Health>(socket, 'health', null, signal);
}
