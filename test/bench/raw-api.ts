import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import type { KubeObject } from '@paal/core/cluster/object';
import { UserError } from '@paal/core/errors';
import { parse } from 'yaml';
import type { Cluster } from '../cluster/cluster.ts';
import { ApiClient, type Credentials } from '../cluster/control-plane/api-client.ts';
import { splitLines } from '../faults/pieces.ts';

/** What a watch brings. */
export interface Change<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: T;
  /** When it came, as `performance.now()` counts. */
  readonly at: number;
}

/** A watch that is open. */
export interface RawWatch<T> {
  /** What was there before its first event. */
  readonly before: readonly T[];
  /** @throws Error when it has ended by itself, so that something may have been missed */
  stop(): void;
}

/** The API server, asked and watched without anything of core. */
export interface RawApi {
  readonly client: ApiClient;
  /** Lists the collection at `path`, then opens one watch on it, which is never opened again. */
  watch<T extends KubeObject>(
    path: string,
    onChange: (change: Change<T>) => void,
  ): Promise<RawWatch<T>>;
  close(): void;
}

interface Kubeconfig {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly 'certificate-authority-data'?: string };
  }[];
  readonly users: readonly {
    readonly user: {
      readonly 'client-certificate-data'?: string;
      readonly 'client-key-data'?: string;
    };
  }[];
}

async function credentialsOf({ kubeconfig }: Cluster): Promise<Credentials> {
  const { clusters, users } = parse(await readFile(kubeconfig, 'utf8')) as Kubeconfig;
  const [cluster, user] = [clusters[0]?.cluster, users[0]?.user];
  const text = (data: string | undefined): string => {
    if (data !== undefined) return Buffer.from(data, 'base64').toString();
    throw new UserError(
      `The benchmarks sign in with a client certificate, and ${kubeconfig} has none: ` +
        'run them on a cluster of "npm run cluster".',
    );
  };
  return {
    server: cluster?.server ?? '',
    authority: text(cluster?.['certificate-authority-data']),
    certificate: text(user?.['client-certificate-data']),
    key: text(user?.['client-key-data']),
  };
}

interface List<T> {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly T[];
}

/** Reaches the API server of `cluster` as its administrator. */
export async function openRawApi(cluster: Cluster): Promise<RawApi> {
  const credentials = await credentialsOf(cluster);
  const client = new ApiClient(credentials);
  const agent = new Agent({
    ca: credentials.authority,
    cert: credentials.certificate,
    key: credentials.key,
  });
  return {
    client,
    watch: async <T extends KubeObject>(path: string, onChange: (change: Change<T>) => void) => {
      const list = await client.get<List<T>>(path);
      if (!list) throw new Error(`There is nothing to watch at ${path}`);
      const query = `watch=true&resourceVersion=${list.metadata.resourceVersion}`;
      const url = new URL(`${path}?${query}`, credentials.server);
      let ended = '';
      const outgoing = request(url, { agent });
      outgoing.on('error', (error) => {
        ended ||= error.message;
      });
      outgoing.on('response', (incoming) => {
        let rest: Buffer = Buffer.alloc(0);
        incoming.on('data', (chunk: Buffer) => {
          const at = performance.now();
          const split = splitLines(rest, chunk);
          rest = split.rest;
          for (const line of split.lines) {
            const { type, object } = JSON.parse(String(line)) as {
              readonly type: Change<T>['type'] | 'ERROR';
              readonly object: T;
            };
            if (type === 'ERROR') ended ||= String(line);
            else onChange({ type, object, at });
          }
        });
        incoming.on('error', (error) => {
          ended ||= error.message;
        });
        incoming.on('end', () => {
          ended ||= `the answer ${incoming.statusCode} was over`;
        });
      });
      outgoing.end();
      return {
        before: list.items,
        stop: () => {
          const reason = ended;
          ended = 'stopped';
          outgoing.destroy();
          if (reason !== '') throw new Error(`The watch of ${path} has ended: ${reason}`);
        },
      };
    },
    close: () => {
      client.close();
      agent.destroy();
    },
  };
}
