import { describe, expect, test } from '@jest/globals';
import { describeProbe } from './probe.ts';

describe('a probe is told', () => {
  test.each([
    [
      { httpGet: { path: '/api/ready', port: 3000 }, periodSeconds: 5, timeoutSeconds: 2 },
      'The readinessProbe asks GET /api/ready on port 3000 every 5 s, waits 2 s for an answer, and gives up after 3 failures in a row.',
    ],
    [
      { httpGet: { port: 'web', scheme: 'HTTPS' }, failureThreshold: 1 },
      'The readinessProbe asks GET / on port web over HTTPS every 10 s, waits 1 s for an answer, and gives up after 1 failure.',
    ],
    [
      { tcpSocket: { port: 5432 } },
      'The readinessProbe connects to port 5432 every 10 s, waits 1 s for an answer, and gives up after 3 failures in a row.',
    ],
    [
      { grpc: { port: 9000, service: 'shop.Orders' } },
      'The readinessProbe asks the gRPC health service for shop.Orders on port 9000 every 10 s, waits 1 s for an answer, and gives up after 3 failures in a row.',
    ],
    [
      { exec: { command: ['pg_isready', '-U', 'shop'] } },
      'The readinessProbe runs "pg_isready -U shop" every 10 s, waits 1 s for an answer, and gives up after 3 failures in a row.',
    ],
  ])('by what it does, and how often: %j', (readinessProbe, text) => {
    expect(describeProbe({ name: 'web', readinessProbe }, 'readinessProbe')).toBe(text);
  });

  test('not at all where there is none', () => {
    expect(describeProbe({ name: 'web' }, 'livenessProbe')).toBeUndefined();
    expect(describeProbe({ name: 'web', livenessProbe: {} }, 'livenessProbe')).toBeUndefined();
    expect(describeProbe(undefined, 'livenessProbe')).toBeUndefined();
  });
});
