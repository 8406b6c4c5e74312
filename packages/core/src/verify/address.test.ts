import { describe, expect, test } from '@jest/globals';
import { UserError } from '../errors.ts';
import { credentialsInAddress, credentialsInHeaders, parseAddress } from './address.ts';

describe('an address', () => {
  test('is shown and asked without its credentials, which become a header', () => {
    const address = parseAddress('https://us%40er:p%2Fw@shop.example:8443/health#top', 'url');
    expect(address.url.href).toBe('https://shop.example:8443/health');
    expect(address.shown).toBe('https://shop.example:8443/health');
    expect(address.authorization).toBe(`Basic ${Buffer.from('us@er:p/w').toString('base64')}`);
  });

  test('is asked with its secret parameters, and shown without their values', () => {
    const address = parseAddress('https://shop.example/h?page=2&api_key=abc&sig=d%20e', 'url');
    expect(address.url.search).toBe('?page=2&api_key=abc&sig=d%20e');
    expect(address.shown).toBe('https://shop.example/h?page=2&api_key=***&sig=***');
    expect(address.authorization).toBeUndefined();
  });

  test.each([
    'shop.example/health',
    'shop.example:8080/health',
    '/health',
    'ftp://shop.example',
    '',
  ])('without http:// or https:// is refused: "%s"', (text) => {
    expect(() => parseAddress(text, 'The check "health": url')).toThrow(UserError);
    expect(() => parseAddress(text, 'The check "health": url')).toThrow(
      `The check "health": url is "${text}"; write a full address`,
    );
  });
});

describe('credentials', () => {
  test.each([
    ['https://user:p%2Fw@shop.example', ['p%2Fw', 'p/w']],
    ['https://token@shop.example', ['token']],
    ['user:secret@shop.example/health', ['secret']],
    ['https://shop.example/a?x=1&accessToken=t0ken&X-Amz-Signature=abc', ['t0ken', 'abc']],
    ['https://shop.example/a?monkey=1&page=2@3', []],
    ['https://shop.example', []],
    ['', []],
  ])('in %s are %j', (text, expected) => {
    expect(credentialsInAddress(text)).toEqual(expected);
  });

  test('in headers are the values whose names say so, with and without their scheme', () => {
    const headers = { Authorization: 'Bearer abcdef', 'X-Api-Key': 'k3y', Accept: 'text/html' };
    expect(credentialsInHeaders(headers)).toEqual(['Bearer abcdef', 'abcdef', 'k3y', 'k3y']);
    expect(credentialsInHeaders({ Authorization: 'ApiKey abc' })).toEqual(['ApiKey abc', 'abc']);
  });
});
