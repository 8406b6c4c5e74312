import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** Who asks these is no user: they would hide errors from the alerts in monitoring/rules.yaml. */
const UNCOUNTED = new Set(['/api/health', '/api/ready', '/metrics']);

/**
 * The metrics of this server, and the middleware that keeps them.
 * @returns {{ registry: Registry, measure: import('express').RequestHandler }}
 */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'http_requests_total',
    help: 'Requests by the status of their answer; 499: the client did not wait for it',
    labelNames: ['method', 'route', 'status'],
    registers: [registry],
  });
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from a request to the end of its answer',
    labelNames: ['method', 'route'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10],
    registers: [registry],
  });
  return {
    registry,
    measure(request, response, next) {
      if (UNCOUNTED.has(request.path)) return next();
      const stop = duration.startTimer();
      response.on('close', () => {
        const labels = { method: request.method, route: request.route?.path ?? 'unmatched' };
        stop(labels);
        requests.inc({ ...labels, status: response.writableFinished ? response.statusCode : 499 });
      });
      return next();
    },
  };
}
