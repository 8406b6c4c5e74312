import express from 'express';
import { createMetrics } from './metrics.js';

/**
 * @param {object} parts
 * @param {string} parts.version
 * @param {import('./database.js').Database} parts.database
 * @param {import('pino').Logger} parts.log
 * @returns {import('express').Express}
 */
export function createApp({ version, database, log }) {
  const app = express();
  const { registry, measure } = createMetrics();
  app.disable('x-powered-by');
  app.use(measure);

  app.get('/api/health', (_request, response) => {
    response.json({ status: 'ok', version, uptime: Math.round(process.uptime()) });
  });

  app.get('/api/ready', async (_request, response) => {
    try {
      await database.ping();
      response.json({ status: 'ok', version });
    } catch (error) {
      log.warn({ err: error }, 'not ready: the database does not answer');
      response.status(503).json({ status: 'unavailable', version, database: 'does not answer' });
    }
  });

  app.get('/api/products', async (_request, response) => {
    response.json({ products: await database.products() });
  });

  app.get('/metrics', async (_request, response) => {
    response.type(registry.contentType).send(await registry.metrics());
  });

  app.use((_request, response) => {
    response.status(404).json({ error: 'There is nothing here' });
  });

  app.use((error, request, response, next) => {
    log.error({ err: error, method: request.method, path: request.path }, 'request failed');
    if (response.headersSent) return next(error);
    return response.status(500).json({ error: 'The database does not answer as it should' });
  });
  return app;
}
