import { createServer, request, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { errorMessage } from '@paal/core/errors';

/** What a socket offers: each name takes one JSON value and gives one. */
export type Methods = Readonly<Record<string, (parameter: never) => Promise<unknown>>>;

/**
 * Serves `methods` on a Unix socket, as `POST /NAME`. Only this user reaches the socket: its folder
 * is closed to others.
 */
export async function serve(socket: string, methods: Methods): Promise<Server> {
  const server = createServer(async (incoming, answer) => {
    try {
      const name = incoming.url?.slice(1) ?? '';
      const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
      if (!method) throw new Error(`there is no method "${name}"`);
      const result = await method(JSON.parse(await text(incoming)) as never);
      answer.end(JSON.stringify({ result }));
    } catch (error) {
      answer.statusCode = 500;
      answer.end(JSON.stringify({ error: errorMessage(error) }));
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
  return server;
}

/**
 * Calls a method of the process that serves `socket`. The caller names the type of the result, as
 * both ends are of one version. Rejects with the other side's message, or with the system's error
 * (ENOENT, ECONNREFUSED) where nobody serves.
 */
export async function call<Result>(
  socket: string,
  name: string,
  parameter: unknown = null,
  signal?: AbortSignal,
): Promise<Result> {
  const body = JSON.stringify(parameter);
  return await new Promise((resolve, reject) => {
    const outgoing = request(
      { socketPath: socket, path: `/${name}`, method: 'POST', ...(signal ? { signal } : {}) },
      (incoming) => {
        text(incoming).then((answered) => {
          const answer = JSON.parse(answered) as { result: Result; error?: string };
          if (answer.error === undefined) resolve(answer.result);
          else reject(new Error(answer.error));
        }, reject);
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
