import express from 'express';
import { createMetrics } from './metrics.js';
import { withState } from './page.js';

/**
 * @param {object} parts
 * @param {string} parts.version
 * @param {string} parts.html the built page
 * @param {import('./backend.js').Backend} parts.backend
 * @param {import('pino').Logger} parts.log
 * @returns {import('express').Express}
 */
export function createApp({ version, html, backend, log }) {
  const app = express();
  const { registry, measure } = createMetrics();
  app.disable('x-powered-by');
  app.use(measure);

  app.get('/', async (_request, response) => {
    const state = { frontend: { version }, ...(await backend.state()) };
    response.set('cache-control', 'no-store').type('html').send(withState(html, state));
  });

  app.get('/api/status', async (_request, response) => {
    response.json({ frontend: { version }, ...(await backend.state()) });
  });

  app.get('/api/products', async (_request, response) => {
    try {
      response.json({ products: await backend.products() });
    } catch (error) {
      log.error({ err: error }, 'the backend does not say what there is to sell');
      response.status(502).json({ error: 'The products cannot be shown right now' });
    }
  });

  app.get('/api/health', (_request, response) => {
    response.json({ status: 'ok', version, uptime: Math.round(process.uptime()) });
  });

  // Not the backend's readiness: a page that says what is wrong is better than none.
  app.get('/api/ready', (_request, response) => {
    response.json({ status: 'ok', version });
  });

  app.get('/metrics', async (_request, response) => {
    response.type(registry.contentType).send(await registry.metrics());
  });

  app.use((_request, response) => {
    response.status(404).json({ error: 'There is nothing here' });
  });
  return app;
}
