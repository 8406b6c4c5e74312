import type { RequestListener } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import type { Observation } from '../check.ts';
import { cluster, newPod, workloadOf } from '../pods/live.test-data.ts';
import { ask, CONTEXT, config, NEVER, serve } from './http.test-data.ts';
import { httpProbe } from './http.ts';

describe('redirects that are followed', () => {
  /** Leads from /1 to /2 and so on, up to /3. */
  const chain: RequestListener = (request, response) => {
    const step = Number(request.url?.slice(1));
    if (step < 3) response.writeHead(302, { location: `/${step + 1}` }).end();
    else response.end('there');
  };

  test('lead to the answer, up to so many', async () => {
    const { url } = await serve(chain);
    const measure = async (limit: number): Promise<Observation> => {
      const check = config({ url: `${url}/1`, 'follow-redirects': limit, contains: 'there' });
      return await httpProbe(check, CONTEXT).measure(NEVER);
    };
    expect((await measure(2)).message).toMatch(
      /^HTTP 200, all values as expected in \d+ ms, after 2 redirects, from http:.*\/3$/,
    );
    expect(await measure(1)).toMatchObject({ outcome: 'failed', value: 'HTTP 302' });
  });

  test('in a circle come to an end', async () => {
    const circle: RequestListener = (request, response) => {
      response.writeHead(307, { location: request.url ?? '' }).end();
    };
    expect(await ask(circle, { 'follow-redirects': 20 })).toMatchObject({ outcome: 'failed' });
  });

  test('take no credentials, headers or body to another server', async () => {
    let seen: readonly unknown[] = [];
    const other = await serve((request, response) => {
      seen = [request.headers.authorization, request.headers['x-team'], request.method];
      response.end();
    });
    const { url } = await serve((_, response) => {
      response.writeHead(302, { location: `${other.url}/` }).end();
    });
    const asked = {
      url: url.replace('//', '//user:pass@'),
      headers: { 'x-team': 'shop' },
      'follow-redirects': 1,
    };
    await httpProbe(config(asked), CONTEXT).measure(NEVER);
    expect(seen).toEqual([undefined, undefined, 'GET']);

    const { url: strict } = await serve((_, response) => {
      response.writeHead(307, { location: `${other.url}/` }).end();
    });
    const post = { url: strict, method: 'POST', 'request-body': 's3cret', 'follow-redirects': 1 };
    expect(await httpProbe(config(post), CONTEXT).measure(NEVER)).toMatchObject({
      outcome: 'failed',
      value: 'HTTP 307',
    });
  });

  test.each([
    [303, 'GET', ''],
    [302, 'GET', ''],
    [307, 'POST', 'hello'],
  ])('with %i go on as %s', async (code, method, body) => {
    let seen = '';
    const answer: RequestListener = async (request, response) => {
      if (request.url === '/1') {
        response.writeHead(code, { location: '/2' }).end();
        return;
      }
      seen = `${request.method} `;
      for await (const chunk of request) seen += chunk;
      response.end();
    };
    const { url } = await serve(answer);
    const check = {
      url: `${url}/1`,
      method: 'POST',
      'request-body': 'hello',
      'follow-redirects': 1,
    };
    await httpProbe(config(check), CONTEXT).measure(NEVER);
    expect(seen).toBe(`${method} ${body}`);
  });
});

describe('an http check of pods', () => {
  test('asks each of them by the API server, and the worst decides', async () => {
    const { live, asked } = cluster(
      [[workloadOf([newPod('web-1'), newPod('web-2')])]],
      ({ path }) => ({ status: path.includes('web-2') ? 500 : 200, body: '{"status":"ok"}' }),
    );
    const check = config({
      pods: true,
      path: '/health',
      json: { status: 'ok' },
      scheme: 'https',
      port: 8443,
    });
    const probe = httpProbe(check, { ...CONTEXT, live });
    expect(await probe.measure(NEVER)).toMatchObject({
      outcome: 'failed',
      message: '1 of 2 new pods: web-2: expected HTTP 200 to 299, got 500',
      excerpt: '{"status":"ok"}',
    });
    expect(asked[0]).toBe('/api/v1/namespaces/shop/pods/https%3Aweb-1%3A8443/proxy/health');
    expect(probe).toMatchObject({
      target: 'GET /health of every new pod of deployment/web',
      threshold: 'HTTP 200 to 299, status = "ok"',
      warmsUp: true,
    });
  });
});
