import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../clock.ts';
import { type CheckConfigs, checkSchema } from '../../config/check-schema.ts';
import type { Observation } from '../check.ts';
import type { Probe } from '../probe.ts';
import { prometheusProbe } from './prometheus.ts';

let servers: Server[] = [];

afterEach(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  servers = [];
});

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function config(prometheus: object): CheckConfigs['prometheus'] {
  const parsed = checkSchema.parse({ prometheus }).prometheus;
  if (!parsed) throw new Error('no prometheus check');
  return parsed;
}

function create(own: CheckConfigs['prometheus'], prometheus: string | undefined): Probe {
  const servers = { prometheus, alertmanager: undefined, elasticsearch: undefined };
  const before = () => undefined;
  return prometheusProbe(own, { servers, before, clock: systemClock, live: undefined });
}

const NEVER = new AbortController().signal;

/** What a check makes of `body`, an answer of Prometheus's query API. */
async function ask(body: unknown, more: object = { max: 0.05 }, code = 200): Promise<Observation> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const url = await serve((_, response) => void response.writeHead(code).end(text));
  return await create(config({ query: 'q', ...more }), url).measure(NEVER);
}

const success = (data: object, more: object = {}) => ({ status: 'success', data, ...more });
const vector = (...values: readonly string[]) =>
  success({
    resultType: 'vector',
    result: values.map((value, index) => ({
      metric: { __name__: 'up', pod: `shop-${index}` },
      value: [1_700_000_000.123, value],
    })),
  });

describe('a Prometheus check', () => {
  test.each([
    ['0.05', { max: 0.05 }, 'succeeded'],
    ['0.0500001', { max: 0.05 }, 'failed'],
    ['3', { min: 3 }, 'succeeded'],
    ['2', { min: 3 }, 'failed'],
    ['4', { min: 3, max: 5 }, 'succeeded'],
    ['6', { min: 3, max: 5 }, 'failed'],
    ['-1', { max: 0 }, 'succeeded'],
    ['+Inf', { max: 0.05 }, 'failed'],
    ['+Inf', { min: 1 }, 'succeeded'],
    ['-Inf', { max: 0.05 }, 'succeeded'],
    ['-Inf', { min: 1 }, 'failed'],
    ['1e-7', { max: 0.05 }, 'succeeded'],
  ])('with the value %s and %j is %s', async (value, limits, outcome) => {
    expect(await ask(vector(value), limits)).toMatchObject({ outcome, value });
    const scalar = success({ resultType: 'scalar', result: [1, value] });
    expect(await ask(scalar, limits)).toMatchObject({ outcome, value });
  });

  test('beyond the threshold is no matter of a start, and says both', async () => {
    expect(await ask(vector('0.4'))).toMatchObject({
      outcome: 'failed',
      number: 0.4,
      message: 'the value 0.4 is beyond the threshold ≤ 0.05',
    });
  });

  test.each([
    ['inconclusive', 'inconclusive'],
    ['fail', 'failed'],
    ['pass', 'succeeded'],
  ])('without data and with no-data: %s is %s, and may change', async (policy, outcome) => {
    const limits = { max: 0.05, 'no-data': policy };
    expect(await ask(vector(), limits)).toMatchObject({ outcome, retry: true, value: 'no data' });
    expect(await ask(vector('NaN'), limits)).toMatchObject({ outcome, retry: true, value: 'NaN' });
  });

  test('with several series is an error that lists them, never one of them (trap 29)', async () => {
    const seen = await ask(vector('0', '1'));
    expect(seen).toMatchObject({ outcome: 'error', value: '2 series' });
    expect(seen.message).toContain('up{pod="shop-0"} 0, up{pod="shop-1"} 1');
    const many = await ask(vector(...Array.from({ length: 50 }, () => '0')));
    expect(many.message).toContain('and 45 more');
  });

  test.each([
    ['matrix', 'a range vector instead of one number'],
    ['string', 'a string instead of one number'],
  ])('with a %s is an error that asking again does not mend', async (resultType, message) => {
    const seen = await ask(success({ resultType, result: [] }));
    expect(seen).toMatchObject({ outcome: 'error', retry: false });
    expect(seen.message).toContain(message);
  });

  test('with a native histogram is an error', async () => {
    const result = [{ metric: {}, histogram: [1, { count: '1' }] }];
    expect(await ask(success({ resultType: 'vector', result }))).toMatchObject({
      outcome: 'error',
      value: 'histogram',
    });
  });

  test('shows what Prometheus says about a query that it cannot read, and gives up', async () => {
    const error = 'invalid parameter "query": 1:5: parse error: unclosed left parenthesis';
    const seen = await ask({ status: 'error', errorType: 'bad_data', error }, { max: 1 }, 400);
    expect(seen).toMatchObject({ outcome: 'error', retry: false, value: 'bad_data' });
    expect(seen.message).toContain(error);
  });

  test('asks again after an error that may pass', async () => {
    const body = { status: 'error', errorType: 'timeout', error: 'query timed out' };
    expect(await ask(body, { max: 1 }, 503)).toMatchObject({ outcome: 'error', retry: true });
  });

  test('hands on what Prometheus remarks beside the value', async () => {
    const body = { ...vector('0'), warnings: ['a store is down'], infos: ['not a counter'] };
    expect(await ask(body)).toMatchObject({
      outcome: 'succeeded',
      warnings: ['a store is down', 'not a counter'],
    });
  });

  test.each([
    ['<html>Bad gateway</html>', 502],
    ['not json', 200],
    ['{"status":"success"}', 200],
    ['{"status":"success","data":{"resultType":"vector","result":[{"value":[1]}]}}', 200],
    ['404 page not found', 404],
    ['', 500],
  ])(
    'that gets %s with HTTP %i is an error, not a failure of the application',
    async (body, code) => {
      const seen = await ask(body, { max: 1 }, code);
      expect(seen).toMatchObject({ outcome: 'error', retry: true, value: `HTTP ${code}` });
      expect(seen.hint).toContain('/api/v1/query');
    },
  );

  test('that gets no answer is an error, with the address that was asked', async () => {
    const dead = create(config({ query: 'q', max: 1 }), 'http://127.0.0.1:1');
    expect(await dead.measure(NEVER)).toMatchObject({
      outcome: 'error',
      retry: true,
      message: 'Prometheus at http://127.0.0.1:1/ does not answer: connection refused',
    });
    const url = await serve(() => {});
    const slow = create(config({ query: 'q', max: 1, timeout: '50ms' }), url);
    expect(await slow.measure(NEVER)).toMatchObject({ outcome: 'error', retry: true });
  });

  test('sends the query, its timeout, headers and credentials below the path of the server', async () => {
    let seen = '';
    const url = await serve((request, response) => {
      request.setEncoding('utf8').on('data', (chunk: string) => {
        seen = [request.method, request.url, request.headers.authorization, chunk].join(' ');
        response.end(JSON.stringify(vector('0')));
      });
    });
    const address = `${url.replace('//', '//user:pass@')}/prometheus/`;
    const check = create(config({ query: 'up{a="b"}', max: 1 }), address);
    expect(await check.measure(NEVER)).toMatchObject({ outcome: 'succeeded' });
    expect(seen).toBe(
      'POST /prometheus/api/v1/query Basic dXNlcjpwYXNz query=up%7Ba%3D%22b%22%7D&timeout=10000ms',
    );
    expect(check.target).toBe(`up{a="b"} at ${url}/prometheus/`);
  });

  test('asks the server that it names before the common one', () => {
    const own = config({ query: 'q', max: 1, url: 'https://own.example' });
    expect(create(own, 'https://common.example').target).toContain('own.example');
  });

  test('is refused without a server', () => {
    expect(() => create(config({ query: 'q', max: 1 }), undefined)).toThrow(
      'set "url" in the check, the input "prometheus-url", or verify.prometheus',
    );
  });
});
