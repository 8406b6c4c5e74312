import type { RequestListener } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { systemClock } from '../../clock.ts';
import { checkSchema } from '../../config/check-schema.ts';
import type { Observation } from '../check.ts';
import { ask, CONTEXT, config, json, NEVER, serve, status } from './http.test-data.ts';
import { httpProbe } from './http.ts';

describe('an http check', () => {
  test('is good with any 2xx', async () => {
    expect(await ask(status(204))).toMatchObject({ outcome: 'succeeded', value: 'HTTP 204' });
  });

  test('is bad with another status, shows the body, and may become good', async () => {
    expect(await ask(status(503))).toMatchObject({
      outcome: 'failed',
      retry: true,
      value: 'HTTP 503',
      message: 'expected HTTP 200 to 299, got 503',
      excerpt: 'the body',
    });
  });

  test('accepts the statuses that were given, and only these', async () => {
    expect(await ask(status(401), { status: [401, 403] })).toMatchObject({ outcome: 'succeeded' });
    expect(await ask(status(200), { status: 401 })).toMatchObject({
      message: 'expected HTTP 401, got 200',
    });
  });

  test('does not follow a redirect, and says where it leads', async () => {
    const redirect: RequestListener = (_, response) => {
      response.writeHead(302, { location: 'https://login.example/' }).end();
    };
    const seen = await ask(redirect);
    expect(seen).toMatchObject({
      outcome: 'failed',
      message: 'expected HTTP 200 to 299, got 302, a redirect to https://login.example/',
    });
    expect(seen.hint).toContain('Redirects are not followed');
    expect(await ask(redirect, { status: 302 })).toMatchObject({ outcome: 'succeeded' });
  });

  test('compares the values of the body', async () => {
    const answer = json({ status: 'ok', version: '1.2.3' });
    expect(await ask(answer, { json: { status: 'ok', version: '1.2.3' } })).toMatchObject({
      outcome: 'succeeded',
    });
    expect(await ask(answer, { json: { status: 'ok', version: '1.2.4' } })).toMatchObject({
      outcome: 'failed',
      value: 'HTTP 200, 1 of 2 values wrong',
      message: 'version: expected "1.2.4", got "1.2.3"',
      excerpt: '{"status":"ok","version":"1.2.3"}',
    });
  });

  test('with json is bad when the body is none', async () => {
    const page: RequestListener = (_, response) => {
      response.setHeader('content-type', 'text/html').end(`<html>${'x'.repeat(5_000)}`);
    };
    const seen = await ask(page, { json: { status: 'ok' } });
    expect(seen.message).toContain('cannot be read as JSON (content-type: text/html)');
    expect(seen.excerpt?.length).toBeLessThanOrEqual(300);
  });

  test('reads no more than 1 MiB of the body', async () => {
    const endless: RequestListener = (_, response) => {
      const write = (): void => {
        while (response.write(Buffer.alloc(64 * 1024, ' ')));
        response.once('drain', write);
      };
      response.write('{"status":"ok"}');
      write();
    };
    expect(await ask(endless, { json: { status: 'ok' } })).toMatchObject({
      outcome: 'failed',
      message: 'expected a JSON body, but it cannot be read as JSON (it is longer than 1 MiB)',
    });
  });

  test('sends method, headers and the credentials of the address', async () => {
    let seen = '';
    const { url } = await serve((request, response) => {
      const { authorization, 'x-team': team, 'cache-control': cache } = request.headers;
      seen = [request.method, request.url, authorization, team, cache].join(' ');
      response.end();
    });
    const address = url.replace('//', '//user:pass@');
    const headers = { 'X-Team': ' shop\n' };
    const check = httpProbe(config({ url: `${address}/h?a=1`, method: 'POST', headers }), CONTEXT);
    expect(await check.measure(NEVER)).toMatchObject({ outcome: 'succeeded' });
    expect(seen).toBe('POST /h?a=1 Basic dXNlcjpwYXNz shop no-cache');
    expect(JSON.stringify(check)).not.toContain('pass');
  });

  test('opens a connection for every measurement, so that a load balancer chooses anew', async () => {
    const { url, sockets } = await serve(status(200));
    const check = httpProbe(config({ url }), CONTEXT);
    for (let count = 0; count < 3; count += 1) await check.measure(NEVER);
    expect(sockets.size).toBe(3);
  });

  test('that gets no answer in time is bad', async () => {
    expect(await ask(() => {}, { timeout: '50ms' })).toMatchObject({
      outcome: 'failed',
      retry: true,
      value: 'no answer within 0.1 s',
    });
  });

  test('that gets an answer without end is bad in time', async () => {
    const trickle: RequestListener = (_, response) => void response.write('{');
    expect(await ask(trickle, { timeout: '50ms' })).toMatchObject({
      value: 'no answer within 0.1 s',
    });
  });

  test('that finds nobody is bad', async () => {
    const check = httpProbe(config({ url: 'http://127.0.0.1:1/' }), CONTEXT);
    expect(await check.measure(NEVER)).toMatchObject({
      outcome: 'failed',
      retry: true,
      value: 'connection refused',
      message: 'expected HTTP 200 to 299, got none: connection refused',
    });
  });

  test('whose connection is closed before or within the answer is bad', async () => {
    const slam: RequestListener = (request) => void request.socket.destroy();
    expect(await ask(slam)).toMatchObject({ value: 'connection closed before the answer' });
    const half: RequestListener = (request, response) => {
      response.setHeader('content-length', 100);
      response.write('half', () => request.socket.destroy());
    };
    expect(await ask(half)).toMatchObject({ outcome: 'failed' });
  });

  test('that is answered by something else than HTTP is bad', async () => {
    const noise: RequestListener = (request) => void request.socket.end('hello\r\n\r\n');
    const seen = await ask(noise);
    expect(seen.outcome).toBe('failed');
    expect(seen.message).toContain('no valid HTTP answer');
  });

  test('stops with the reason of the signal when it is aborted', async () => {
    const controller = new AbortController();
    const { url } = await serve(() => controller.abort(new Error('cancelled')));
    const check = httpProbe(config({ url }), CONTEXT);
    await expect(check.measure(controller.signal)).rejects.toThrow('cancelled');
  });

  test('gives the time of an answer as its number', async () => {
    const seen = await ask(status(200));
    expect(seen.number).toBeGreaterThanOrEqual(0);
    expect(seen.message).toMatch(/^HTTP 200 in \d+ ms$/);
    expect((await ask(status(503))).number).toBeGreaterThanOrEqual(0);
  });

  test('with max-latency is bad when a good answer comes too late', async () => {
    let now = 0;
    const slow = { ...systemClock, now: () => (now += 300) };
    const { url } = await serve(status(200));
    const measure = async (latency: string): Promise<Observation> => {
      const check = config({ url, 'max-latency': latency });
      return await httpProbe(check, { ...CONTEXT, clock: slow }).measure(NEVER);
    };
    expect(await measure('299ms')).toMatchObject({
      outcome: 'failed',
      retry: true,
      value: 'HTTP 200, too slow',
      message: 'expected an answer within 299 ms, got one in 300 ms',
      number: 300,
    });
    expect(await measure('300ms')).toMatchObject({ outcome: 'succeeded', number: 300 });
  });

  test.each([
    [{ contains: 'the body' }, 'succeeded', 'all values as expected'],
    [{ contains: ['the', 'a'] }, 'failed', 'expected "a" in the body, but it is not there'],
    [{ matches: '^the \\w+$' }, 'succeeded', 'all values as expected'],
    [{ matches: ['^body'] }, 'failed', 'expected the body to match /^body/, but it does not'],
  ])('looks for texts in the body: %j', async (given, outcome, message) => {
    const seen = await ask(status(200), given);
    expect(seen.outcome).toBe(outcome);
    expect(seen.message).toContain(message);
  });

  test.each([
    ['X-Version', '1.2', 'succeeded', ''],
    ['x-version', '/^1\\./', 'succeeded', ''],
    ['x-version', '1.3', 'failed', 'header x-version: expected "1.3", got "1.2"'],
    ['x-version', '/^2/', 'failed', 'header x-version: expected /^2/, got "1.2"'],
    ['x-other', '1', 'failed', 'header x-other: expected "1", but there is no such header'],
    ['set-cookie', '/^b=/', 'succeeded', ''],
  ])('looks at the header %s for %s', async (name, expected, outcome, message) => {
    const answer: RequestListener = (_, response) => {
      response.setHeader('X-Version', '1.2').setHeader('set-cookie', ['a=1', 'b=2']).end();
    };
    const seen = await ask(answer, { 'response-headers': { [name]: expected } });
    expect(seen.outcome).toBe(outcome);
    expect(seen.message).toContain(message);
  });

  test('counts everything that is wrong', async () => {
    const wrong = { json: { status: 'ok' }, contains: 'b', 'response-headers': { x: '1' } };
    expect(await ask(json({ status: 'ok' }), wrong)).toMatchObject({
      outcome: 'failed',
      value: 'HTTP 200, 2 of 3 values wrong',
    });
  });

  test.each([
    ['{"a":1}', {}, 'application/json'],
    ['a=1', {}, 'text/plain; charset=utf-8'],
    [
      'a=1',
      { 'Content-Type': 'application/x-www-form-urlencoded' },
      'application/x-www-form-urlencoded',
    ],
  ])('posts the body %s', async (text, headers, type) => {
    let seen = '';
    const echo: RequestListener = async (request, response) => {
      for await (const chunk of request) seen += chunk;
      seen += ` ${request.headers['content-type']}`;
      response.end();
    };
    expect(await ask(echo, { method: 'POST', 'request-body': text, headers })).toMatchObject({
      outcome: 'succeeded',
    });
    expect(seen).toBe(`${text} ${type}`);
  });

  test('is named after what it asks, and says what it expects', () => {
    const check = httpProbe(
      config({ url: 'https://shop.example/h?token=abc', json: { status: 'ok' }, successes: 5 }),
      CONTEXT,
    );
    expect(check).toMatchObject({
      name: 'GET https://shop.example/h?token=***',
      target: 'GET https://shop.example/h?token=***',
      threshold: 'HTTP 200 to 299, status = "ok"; 5 in a row',
      warmsUp: true,
    });
  });

  test.each([
    [{ url: 'shop.example' }, 'write a full address'],
    [{ url: 'https://a.example', headers: { 'x y': '1' } }, 'the header "x y" is not valid'],
    [{ url: 'https://a.example', headers: { x: 'a\nb' } }, 'the header "x" is not valid'],
    [{ url: 'https://a.example', headers: { Upgrade: 'h2c' } }, '"Upgrade" cannot be set'],
    [{ url: 'https://a.example', json: { 'a[': 1 } }, 'is not a JSONPath'],
  ])('is refused before it asks: %j', (given, message) => {
    expect(() => httpProbe(config(given), CONTEXT)).toThrow(message);
  });

  test.each([
    [{}, 'there is neither url and path'],
    [{ url: 'https://a', path: '/b', pods: true }, 'there are both url and path'],
    [{ path: '/b' }, 'path goes with pods: true'],
    [{ url: 'https://a', pods: true }, 'path goes with pods: true'],
    [{ url: 'https://a', port: 80 }, 'port goes with pods: true'],
    [{ path: '/b', pods: true, 'max-latency': '1s' }, 'max-latency says nothing of pods'],
    [{ path: '/b', pods: true, 'follow-redirects': 1 }, 'follow-redirects says nothing of pods'],
    [{ url: 'https://a', method: 'HEAD', contains: 'a' }, 'leave out contains'],
    [{ url: 'https://a', 'request-body': 'a' }, 'a GET has no body'],
  ])('is refused as it is read: %j', (given, message) => {
    const { error } = checkSchema.safeParse({ http: given });
    expect(JSON.stringify(error?.issues)).toContain(message);
  });
});
