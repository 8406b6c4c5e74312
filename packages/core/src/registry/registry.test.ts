import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseImage } from './reference.ts';
import { registryClient, type TagAnswer } from './registry.ts';

const [INDEX, LINUX, OTHER] = ['1', '2', '3'].map((one) => `sha256:${one.repeat(64)}`) as [
  string,
  string,
  string,
];
const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';

/**
 * A double of a registry that wants a token, as Docker Hub does, because that cannot be had in a test;
 * a real one without sign-in is asked in test/e2e.
 */
let server: Server;
let host: string;
const asked: string[] = [];

function answerOf(request: IncomingMessage): {
  status: number;
  headers: Record<string, string>;
  body: string;
} {
  const { pathname, searchParams } = new URL(request.url ?? '', `http://${host}`);
  asked.push(`${request.method} ${pathname}`);
  if (pathname === '/token') {
    const known = request.headers.authorization === 'Basic c2hvcDpzZWNyZXQ=';
    if (!known) return { status: 401, headers: {}, body: '{}' };
    const token = `${searchParams.get('service')} ${searchParams.get('scope')}`.replace(/\W/g, '-');
    return { status: 200, headers: {}, body: JSON.stringify({ token }) };
  }
  if (request.headers.authorization !== 'Bearer registry-repository-shop-web-pull') {
    const realm = `http://${host}/token`;
    const challenge = `Bearer realm="${realm}",service="registry",scope="repository:shop/web:pull"`;
    return { status: 401, headers: { 'www-authenticate': challenge }, body: '{}' };
  }
  if (pathname === '/v2/shop/web/tags/list') {
    return { status: 200, headers: {}, body: JSON.stringify({ tags: ['1'] }) };
  }
  if (pathname !== '/v2/shop/web/manifests/1') return { status: 404, headers: {}, body: '{}' };
  return {
    status: 200,
    headers: { 'docker-content-digest': INDEX, 'content-type': OCI_INDEX },
    body: JSON.stringify({ manifests: [{ digest: LINUX }] }),
  };
}

beforeAll(async () => {
  server = createServer((request, response) => {
    const { status, headers, body } = answerOf(request);
    response.writeHead(status, headers);
    response.end(request.method === 'HEAD' ? undefined : body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
});

async function compare(tag: string, digest: string, login?: string): Promise<TagAnswer> {
  asked.length = 0;
  const client = registryClient(async () => login);
  const image = parseImage(`${host}/shop/web:${tag}`);
  if (!image) throw new Error('no image');
  try {
    return await client.compare(image, digest, AbortSignal.timeout(5_000));
  } finally {
    await client.close();
  }
}

const LOGIN = 'Basic c2hvcDpzZWNyZXQ=';

describe('a tag', () => {
  test('names what runs: one request, after the one that asks for a token', async () => {
    expect(await compare('1', INDEX, LOGIN)).toEqual({ names: 'same' });
    expect(asked).toEqual([
      'HEAD /v2/shop/web/manifests/1',
      'GET /token',
      'HEAD /v2/shop/web/manifests/1',
    ]);
  });

  test('names what runs also where the runtime reports the image of its platform', async () => {
    expect(await compare('1', LINUX, LOGIN)).toEqual({ names: 'same' });
  });

  test('names another image', async () => {
    expect(await compare('1', OTHER, LOGIN)).toEqual({ names: 'another', digest: INDEX });
  });

  test('names nothing any more', async () => {
    expect(await compare('2', INDEX, LOGIN)).toEqual({ names: 'nothing' });
  });

  test('is unknown where the registry lets nobody in, or is not there', async () => {
    expect(await compare('1', INDEX)).toEqual({ names: 'unknown', because: 'it answered 401' });
    const client = registryClient(async () => undefined);
    const image = parseImage('127.0.0.1:1/web:1');
    const answer = image && (await client.compare(image, INDEX, AbortSignal.timeout(5_000)));
    await client.close();
    expect(answer).toMatchObject({ names: 'unknown', because: expect.stringMatching(/./) });
  });

  test('is unknown where the proxy that the environment names is none', async () => {
    const before = process.env.HTTP_PROXY;
    process.env.HTTP_PROXY = 'nonsense';
    try {
      expect(await compare('1', INDEX)).toMatchObject({
        names: 'unknown',
        because: expect.stringContaining('Invalid URL'),
      });
    } finally {
      if (before === undefined) delete process.env.HTTP_PROXY;
      else process.env.HTTP_PROXY = before;
    }
  });
});

describe('an image', () => {
  async function has(name: string, login?: string): Promise<boolean | undefined> {
    asked.length = 0;
    const client = registryClient(async () => login);
    const image = parseImage(`${host}/${name}`);
    if (!image) throw new Error('no image');
    try {
      return await client.has(image, AbortSignal.timeout(5_000));
    } finally {
      await client.close();
    }
  }

  test('is there: one request, which does not count as a pull', async () => {
    expect(await has('shop/web:1', LOGIN)).toBe(true);
    expect(asked.at(-1)).toBe('HEAD /v2/shop/web/manifests/1');
  });

  test('is gone where the registry shows the repository, and not this tag or digest', async () => {
    expect(await has('shop/web:2', LOGIN)).toBe(false);
    expect(await has(`shop/web:1@${OTHER}`, LOGIN)).toBe(false);
    expect(asked).toContain(`HEAD /v2/shop/web/manifests/${OTHER}`);
  });

  test('is not called gone where the registry may hide it, or is not there', async () => {
    expect(await has('shop/hidden:1', LOGIN)).toBeUndefined();
    expect(await has('shop/web:2')).toBeUndefined();
    const client = registryClient(async () => undefined);
    const image = parseImage('127.0.0.1:1/web:1');
    expect(image && (await client.has(image, AbortSignal.timeout(5_000)))).toBeUndefined();
    await client.close();
  });
});
