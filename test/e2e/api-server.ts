import { spawn } from 'node:child_process';
import type { Cluster } from '../cluster/cluster.ts';

/** The API server of a cluster, asked as its administrator. */
export interface ApiServer {
  /** The object or list at `path`; `undefined` when there is none. */
  read<T>(path: string): Promise<T | undefined>;
  create(path: string, object: object): Promise<void>;
  delete(path: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Reaches the API server through one `kubectl proxy`, because a kubectl for every question costs more
 * than the question.
 */
export async function openApiServer(cluster: Cluster): Promise<ApiServer> {
  const args = ['--kubeconfig', cluster.kubeconfig, 'proxy', '--port=0'];
  const child = spawn(cluster.kubectl, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const address = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => reject(new Error('kubectl proxy ended at once')));
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const found = /serve on (\S+)/.exec(text)?.[1];
      if (found) resolve(found);
    });
  });
  const send = async (method: string, path: string, body?: object): Promise<Response> => {
    const response = await fetch(`http://${address}${path}`, {
      method,
      ...(body
        ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
        : {}),
    });
    if (response.ok || response.status === 404) return response;
    throw new Error(`${method} ${path}: HTTP ${response.status}: ${await response.text()}`);
  };
  return {
    read: async <T>(path: string) => {
      const response = await send('GET', path);
      const object: unknown = await response.json();
      return response.ok ? (object as T) : undefined;
    },
    create: async (path, object) => {
      await send('POST', path, object);
    },
    delete: async (path) => {
      await send('DELETE', path);
    },
    close: async () => {
      child.kill();
      await closed;
    },
  };
}
