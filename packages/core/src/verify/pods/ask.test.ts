import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { UnreachableError } from '../../cluster/api-error.ts';
import type { Forwarded } from '../../cluster/forwarded.ts';
import { askPod, type PodQuestion, podHeaders, podPath, proxyAccess, replyOf } from './ask.ts';
import { cluster, newPod, type PodHandler, workloadOf } from './live.test-data.ts';

const NEVER = new AbortController().signal;
const GET = proxyAccess('GET');

function answer(status: number, body: string | object, headers = {}): Forwarded {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, body: text, headers, cut: false };
}

const refusal = (message: string): object => ({ kind: 'Status', apiVersion: 'v1', message });

describe('an answer that came through the API server', () => {
  test.each([
    ['a good one', answer(200, 'ok')],
    ['a bad one', answer(503, 'not now')],
    ['one that wants a sign-in', answer(401, { error: 'who are you?' })],
    ['an object of another kind', answer(404, { kind: 'Problem' })],
    [
      'a page of the application',
      answer(500, '<h1>', { 'content-type': 'text/html', 'audit-id': '1' }),
    ],
  ])('is the answer of the pod: %s', (_, given) => {
    expect(replyOf(given, GET)).toEqual({ how: 'answer', answer: given });
  });

  test.each([
    ['dial tcp 10.0.0.7:8080: connect: connection refused', 'connection refused'],
    ['dial tcp 10.0.0.7:8080: i/o timeout', 'connection timed out'],
    ['EOF', 'connection closed before the answer'],
    ['read tcp: connection reset by peer', 'connection closed before the answer'],
    ['no route to host', 'no route to host'],
  ])('is the silence of the pod where the API server did not reach it: %s', (said, why) => {
    const text = `error trying to reach service: ${said}`;
    expect(replyOf(answer(503, refusal(text)), GET)).toMatchObject({ how: 'silent', why });
    expect(replyOf(answer(502, text), GET)).toMatchObject({ how: 'silent', why });
  });

  test('says that there is no such pod any more', () => {
    expect(replyOf(answer(404, refusal('pods "web-1" not found')), GET)).toEqual({ how: 'gone' });
  });

  test('is no failure of the pod where the API server forbids the question, and names the rule', () => {
    const reply = replyOf(answer(403, refusal('forbidden')), proxyAccess('POST'));
    expect(reply).toMatchObject({
      how: 'trouble',
      trouble: { outcome: 'error', value: 'HTTP 403' },
    });
    expect(JSON.stringify(reply)).toContain('pods/proxy');
    expect(JSON.stringify(reply)).toContain('create');
  });

  test.each([
    ['its credentials are refused', answer(401, refusal('Unauthorized'))],
    ['it is overloaded', answer(429, refusal('too many'))],
    ['it is broken', answer(500, refusal('etcd'))],
    ['a load balancer answers for it', answer(503, '<h1>', { 'content-type': 'text/html' })],
  ])('is no failure of the pod where the API server cannot hand it on: %s', (_, given) => {
    expect(replyOf(given, GET)).toMatchObject({ how: 'trouble', trouble: { outcome: 'error' } });
  });
});

const QUESTION: PodQuestion = {
  method: 'GET',
  scheme: 'http',
  path: '/health?deep=1',
  headers: {},
  timeout: 5_000,
};

async function ask(handler: PodHandler, more = {}, alive = true) {
  const { live, asked } = cluster([[workloadOf([newPod()])]], handler, { alive });
  const place = { namespace: 'shop', name: 'web-1', port: 8080 };
  const reply = await askPod(live.connection, place, { ...QUESTION, ...more }, NEVER);
  return { reply, asked };
}

describe('a pod', () => {
  test('is asked below its proxy, by its port and scheme', async () => {
    const base = '/api/v1/namespaces/shop/pods';
    expect((await ask(() => ({}))).asked).toEqual([`${base}/web-1%3A8080/proxy/health?deep=1`]);
    expect((await ask(() => ({}), { scheme: 'https' })).asked).toEqual([
      `${base}/https%3Aweb-1%3A8080/proxy/health?deep=1`,
    ]);
  });

  test.each([
    ['unanswered', 'no answer within 5 s'],
    ['broken', 'connection closed before the answer'],
  ] as const)(
    'that gives no answer is silent while the API server answers: %s',
    async (how, why) => {
      const { reply, asked } = await ask(() => new UnreachableError('no', how));
      expect(reply).toMatchObject({ how: 'silent', why });
      expect(asked.at(-1)).toBe('/version');
    },
  );

  test('is not to blame while the API server cannot be reached', async () => {
    const { reply } = await ask(() => new UnreachableError('no', 'not-sent'));
    expect(reply).toMatchObject({ how: 'trouble', trouble: { outcome: 'error', message: 'no' } });
  });

  test('is not to blame while the API server does not answer anything', async () => {
    const { reply } = await ask(() => new UnreachableError('no', 'broken'), {}, false);
    expect(reply).toMatchObject({ how: 'trouble', trouble: { outcome: 'error', message: 'no' } });
  });

  test('is asked until the signal says stop, and no longer', async () => {
    const { live } = cluster([[]], () => new UnreachableError('no', 'broken'));
    const place = { namespace: 'shop', name: 'web-1', port: 1 };
    const stop = AbortSignal.abort(new Error('cancelled'));
    await expect(askPod(live.connection, place, QUESTION, stop)).rejects.toThrow('cancelled');
  });
});

describe('the path that pods are asked for', () => {
  test.each([
    ['/health', '/health'],
    ['/', '/'],
    ['/a b?c=d#e', '/a%20b?c=d'],
    ['//other.example/x', '//other.example/x'],
    ['/../../../secrets', '/secrets'],
    ['/%2e%2e/%2E%2E/secrets', '/secrets'],
    ['/..\\..\\secrets', '/secrets'],
  ])('leads nowhere else: %s', (path, expected) => {
    expect(podPath(path, 'It')).toBe(expected);
  });

  test('leads nowhere else, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const base = 'https://api.example/api/v1/namespaces/shop/pods/web:1/proxy';
        let path: string;
        try {
          path = podPath(`/${text}`, 'It');
        } catch {
          return;
        }
        expect(new URL(base + path).href.startsWith(`${base}/`)).toBe(true);
      }),
    );
  });

  test('is refused where it is none', () => {
    expect(() => podPath('health', 'The check "v"')).toThrow('The check "v": path is "health"');
  });
});

test.each(['Authorization', 'Impersonate-User', 'X-Remote-Group'])(
  'the header %s is refused, because the API server would take it for its own',
  (name) => {
    expect(() => podHeaders({ [name]: 'secret' }, 'It')).toThrow('cannot be sent to pods');
    expect(() => podHeaders({ [name]: 'secret' }, 'It')).not.toThrow('secret');
  },
);
