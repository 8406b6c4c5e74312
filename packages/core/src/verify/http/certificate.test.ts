import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { judgeCertificates } from './certificate.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-01-01T00:00:00Z');
const of = (days: number) => [{ host: 'shop.example', ends: NOW + days * DAY }];

describe('a certificate', () => {
  test.each([
    [14, []],
    [13.9, ['the TLS certificate of shop.example ends in 13 days (2026-01-14)']],
    [1, ['the TLS certificate of shop.example ends in 1 day (2026-01-02)']],
  ])('that is valid for %d days more is told where it ends soon', (days, warnings) => {
    expect(judgeCertificates(of(days), undefined, NOW)).toEqual({ warnings });
  });

  test('that ends too soon is bad where days are wanted, and is not told twice', () => {
    expect(judgeCertificates(of(29.5), 30, NOW)).toMatchObject({
      trouble: {
        outcome: 'failed',
        message:
          'the TLS certificate of shop.example ends in 29 days (2026-01-30), expected 30 days at least',
      },
      warnings: [],
    });
    expect(judgeCertificates(of(30), 30, NOW)).toEqual({ warnings: [] });
    expect(judgeCertificates(of(3), 2, NOW)).toEqual({ warnings: [] });
  });

  test('that was not seen proves nothing where days are wanted', () => {
    const unseen = [{ host: 'shop.example', ends: undefined }];
    expect(judgeCertificates(unseen, 30, NOW)).toMatchObject({
      trouble: { outcome: 'inconclusive' },
    });
    expect(judgeCertificates(unseen, undefined, NOW)).toEqual({ warnings: [] });
  });

  test('of any of several servers counts', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1 }), (list) => {
        const { trouble } = judgeCertificates(list.flatMap(of), 30, NOW);
        expect(trouble !== undefined).toBe(Math.min(...list) < 30);
      }),
    );
  });
});
