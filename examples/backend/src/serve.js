import { once } from 'node:events';

/**
 * Serves `app` until SIGTERM or SIGINT; then requests that are under way are answered, and `close`
 * is called.
 * @param {import('express').Express} app
 * @param {number} port 0 for any that is free; the log tells which
 * @param {import('pino').Logger} log
 * @param {() => Promise<void>} [close]
 */
export async function serve(app, port, log, close) {
  const server = app.listen(port);
  /** @type {Set<import('node:http').ServerResponse>} */
  const underWay = new Set();
  let stopping = false;
  server.prependListener('request', (_request, response) => {
    if (stopping) response.setHeader('connection', 'close');
    underWay.add(response);
    response.on('close', () => underWay.delete(response));
  });
  await once(server, 'listening');
  const { port: actual } = /** @type {import('node:net').AddressInfo} */ (server.address());
  log.info({ port: actual }, 'serving');

  const [signal] = await Promise.race(['SIGTERM', 'SIGINT'].map((name) => once(process, name)));
  log.info({ signal }, 'stopping');
  stopping = true;
  // The server is closed when its connections are, and clients would keep theirs.
  for (const response of underWay) {
    if (!response.headersSent) response.setHeader('connection', 'close');
  }
  server.close();
  await once(server, 'close');
  await close?.();
  log.info('stopped');
}
