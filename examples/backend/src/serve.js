import { once } from 'node:events';

/**
 * Serves `app` until SIGTERM or SIGINT; then requests that are under way are answered, and `close`
 * is called. The process ends by itself after that.
 * @param {import('express').Express} app
 * @param {number} port 0 for any that is free; the log tells which
 * @param {import('pino').Logger} log
 * @param {() => Promise<void>} [close]
 */
export async function serve(app, port, log, close) {
  const server = app.listen(port);
  await once(server, 'listening');
  log.info(
    { port: /** @type {import('node:net').AddressInfo} */ (server.address()).port },
    'serving',
  );

  const signal = await Promise.race(['SIGTERM', 'SIGINT'].map((name) => once(process, name)));
  log.info({ signal: signal[0] }, 'stopping');
  // Connections that are kept alive would keep the server from closing.
  server.prependListener('request', (_request, response) =>
    response.setHeader('connection', 'close'),
  );
  server.close();
  await once(server, 'close');
  await close?.();
  log.info('stopped');
}
