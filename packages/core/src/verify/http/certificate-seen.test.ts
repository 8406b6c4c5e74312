import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { createServer as createProxy, type Server } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { systemClock } from '../../clock.ts';
import { checkSchema } from '../../config/check-schema.ts';
import type { Observation } from '../check.ts';
import { httpProbe } from '../checks/http.ts';

const DAY = 86_400_000;
const TRUSTED = getCACertificates('default');
const PROXY = process.env.HTTPS_PROXY;

let servers: Pick<Server, 'close' | 'closeAllConnections'>[] = [];

afterEach(() => {
  setDefaultCACertificates(TRUSTED);
  if (PROXY === undefined) delete process.env.HTTPS_PROXY;
  else process.env.HTTPS_PROXY = PROXY;
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  servers = [];
});

/** A server whose own certificate, which is trusted for this test, is valid for so many days more. */
async function serve(days: number): Promise<string> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const made = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=localhost',
    notBefore: new Date(Date.now() - 100 * DAY),
    // Half a day more, so that it is the same number of days for the whole test.
    notAfter: new Date(Date.now() + (days + 0.5) * DAY),
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    keys,
    extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
  });
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  const key = PemConverter.encode(pkcs8, PemConverter.PrivateKeyTag);
  const cert = made.toString('pem');
  setDefaultCACertificates([...TRUSTED, cert]);
  const server = createServer({ key, cert }, (_, response) => response.end('ok'));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return `https://localhost:${(server.address() as AddressInfo).port}`;
}

/** A proxy for CONNECT; gives how often it was asked. */
async function proxy(): Promise<() => number> {
  let count = 0;
  const server = createProxy();
  server.on('connect', (request, socket) => {
    count += 1;
    const [host = '', port] = (request.url ?? '').split(':');
    const upstream = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env.HTTPS_PROXY = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return () => count;
}

async function ask(url: string, more: object = {}): Promise<Observation> {
  const { http } = checkSchema.parse({ http: { url, ...more } });
  if (!http) throw new Error('no http check');
  const probe = httpProbe(http, { clock: systemClock, live: undefined });
  return await probe.measure(new AbortController().signal);
}

describe('the certificate of a server', () => {
  test('is told where it ends soon, and is no failure', async () => {
    const seen = await ask(await serve(5));
    expect(seen.outcome).toBe('succeeded');
    expect(seen.warnings).toEqual([
      expect.stringMatching(/^the TLS certificate of localhost:\d+ ends in 5 days \(/),
    ]);
    expect((await ask(await serve(20))).warnings).toBeUndefined();
  });

  test('is bad where it ends before the days that are wanted', async () => {
    const seen = await ask(await serve(20), { 'certificate-days': 30 });
    expect(seen).toMatchObject({ outcome: 'failed', value: 'certificate ends soon' });
    expect(await ask(await serve(40), { 'certificate-days': 30 })).toMatchObject({
      outcome: 'succeeded',
    });
  });

  test('is seen through a proxy', async () => {
    const asked = await proxy();
    const seen = await ask(await serve(20), { 'certificate-days': 30 });
    expect(seen).toMatchObject({ outcome: 'failed', value: 'certificate ends soon' });
    expect(asked()).toBe(1);
  });

  test('that has ended, or is not trusted, is bad without any days', async () => {
    expect((await ask(await serve(-2))).value).toMatch(/^TLS: .*certificate has expired/);
    const url = await serve(20);
    setDefaultCACertificates(TRUSTED);
    expect((await ask(url)).value).toMatch(/^TLS: .*self-signed certificate/);
  });

  test('goes with https', async () => {
    await expect(ask('http://shop.example', { 'certificate-days': 30 })).rejects.toThrow(
      'certificate-days goes with an address that begins with https://',
    );
  });
});
