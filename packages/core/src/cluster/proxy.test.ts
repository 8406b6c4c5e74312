import { describe, expect, test } from '@jest/globals';
import { proxyFor } from './proxy.ts';

const SERVER = 'https://api.shop.example:6443';
const HTTPS_PROXY = 'http://proxy.example:3128';

describe('the proxy that the environment names', () => {
  test.each([
    ['none', SERVER, {}, undefined],
    ['for https', SERVER, { HTTPS_PROXY }, HTTPS_PROXY],
    ['in lower case', SERVER, { https_proxy: HTTPS_PROXY }, HTTPS_PROXY],
    ['for http is not one for https', SERVER, { HTTP_PROXY: HTTPS_PROXY }, undefined],
    ['without a scheme', SERVER, { HTTPS_PROXY: 'proxy.example:3128' }, HTTPS_PROXY],
    ['never for localhost', 'https://localhost:6443', { HTTPS_PROXY }, undefined],
    ['never for the loopback', 'https://127.0.0.1:6443', { HTTPS_PROXY }, undefined],
    ['never for the loopback of IPv6', 'https://[::1]:6443', { HTTPS_PROXY }, undefined],
  ])('%s', (_, server, env, expected) => {
    expect(proxyFor(server, env)).toBe(expected);
  });

  test.each([
    [SERVER, '*', true],
    [SERVER, 'api.shop.example', true],
    [SERVER, 'shop.example', true],
    [SERVER, '.shop.example', true],
    [SERVER, '*.shop.example', true],
    [SERVER, 'SHOP.EXAMPLE', true],
    [SERVER, 'other.example, shop.example', true],
    [SERVER, 'shop.example:6443', true],
    [SERVER, 'shop.example:443', false],
    [SERVER, '.api.shop.example', false],
    [SERVER, 'op.example', false],
    [SERVER, '10.0.0.0/8', false],
    ['https://10.1.2.3', '10.0.0.0/8', true],
    ['https://10.1.2.3', '10.1.2.3', true],
    ['https://10.1.2.3', '10.1.2.3:443', true],
    ['https://10.1.2.3', '192.168.0.0/16', false],
    ['https://10.1.2.3', '2.3', false],
    ['https://[fd00::7]:6443', 'fd00::/8', true],
    ['https://[fd00::7]:6443', 'fd00::7', true],
  ])('is not taken for %s with NO_PROXY=%s: %s', (server, NO_PROXY, expected) => {
    expect(proxyFor(server, { HTTPS_PROXY, NO_PROXY }) === undefined).toBe(expected);
  });
});
