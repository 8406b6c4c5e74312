import { readFile } from 'node:fs/promises';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { parse } from 'yaml';
import { splitLines } from './pieces.ts';

/** An answer with its whole body. */
export interface PlainAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An answer that is still coming. */
export interface PlainStream {
  readonly status: number;
  /** The body so far, in the pieces in which it came, and when: as `performance.now()` counts. */
  readonly chunks: readonly { readonly bytes: Buffer; readonly at: number }[];
  /** `open`, then `complete`, or the code of the connection's error, or `cut` where it had none. */
  readonly end: string;
  /** The complete lines so far. */
  lines(): readonly string[];
  close(): void;
}

/** A client with a connection for each request, which shows what happens and puts up with nothing. */
export interface PlainClient {
  /** Rejects with the error that the connection gave. */
  send(
    method: string,
    path: string,
    body?: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<PlainAnswer>;
  open(path: string): Promise<PlainStream>;
}

interface ProxyKubeconfig {
  readonly clusters: readonly [
    {
      readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string };
    },
  ];
  readonly users: readonly [
    { readonly user: { readonly exec: { readonly args: readonly [string] } } },
  ];
}

interface Credential {
  readonly status: { readonly token: string };
}

function streamOf(answer: IncomingMessage): PlainStream {
  const chunks: { bytes: Buffer; at: number }[] = [];
  let end = 'open';
  answer.on('data', (bytes: Buffer) => chunks.push({ bytes, at: performance.now() }));
  answer.once('end', () => {
    end = 'complete';
  });
  // To HTTP every early end is an ECONNRESET; only the connection knows whether there was one.
  let failure = 'cut';
  answer.socket.once('error', ({ code }: NodeJS.ErrnoException) => {
    failure = code ?? failure;
  });
  answer.on('error', () => {
    end = failure;
  });
  return {
    status: answer.statusCode ?? 0,
    chunks,
    get end() {
      return end;
    },
    lines: () => {
      const body = Buffer.concat(chunks.map(({ bytes }) => bytes));
      return splitLines(Buffer.alloc(0), body).lines.map(String);
    },
    close: () => {
      answer.destroy();
    },
  };
}

/** A client with the kubeconfig of a fault proxy; it looks up the token for every request. */
export async function plainClient(kubeconfig: string): Promise<PlainClient> {
  const { clusters, users } = parse(await readFile(kubeconfig, 'utf8')) as ProxyKubeconfig;
  const { server, 'certificate-authority-data': authority } = clusters[0].cluster;

  const ask: (...args: Parameters<PlainClient['send']>) => Promise<IncomingMessage> = async (
    method,
    path,
    body,
    headers,
  ) => {
    const credential = await readFile(users[0].user.exec.args[0], 'utf8');
    const { token } = (JSON.parse(credential) as Credential).status;
    return await new Promise((resolve, reject) => {
      const options = {
        method,
        agent: false as const,
        ca: Buffer.from(authority, 'base64'),
        headers: {
          authorization: `Bearer ${token}`,
          ...(body ? { 'content-type': 'application/json' } : {}),
          ...headers,
        },
      };
      const outgoing = request(new URL(path, server), options, resolve);
      outgoing.on('error', reject);
      outgoing.end(body ? JSON.stringify(body) : undefined);
    });
  };

  return {
    send: async (...args) => {
      const answer = await ask(...args);
      const { statusCode = 0, headers } = answer;
      return { status: statusCode, headers, body: await text(answer) };
    },
    open: async (path) => streamOf(await ask('GET', path)),
  };
}
