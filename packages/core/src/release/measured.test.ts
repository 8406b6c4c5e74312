import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { type Measured, measuredBefore, readMeasured, writeMeasured } from './measured.ts';
import { fateOf, releaseOf } from './metadata.ts';
import { release } from './release.test-data.ts';
import type { Release } from './release.ts';
import { head } from './stored.test-data.ts';
import { sealing, storedRelease } from './stored.ts';

const KEY = 'prometheus error rate';

function verified(number: number, value?: number): Release {
  const one = release(number, 'verified');
  return value === undefined ? one : { ...one, measured: { [KEY]: value } };
}

/** The metadata of a release once it is marked. */
function marked(status: 'verified' | 'rolled-out', measured?: Measured) {
  const { metadata } = storedRelease(head, { workloads: [], objects: [] }).head;
  const { labels, annotations } = fateOf({ workloads: [] }, status, [], measured);
  return {
    ...metadata,
    labels: { ...metadata.labels, ...labels },
    annotations: { ...metadata.annotations, ...annotations },
  };
}

describe('what was measured of a release', () => {
  test('is written with its mark, in one change, and read back', () => {
    const change = sealing({ ...release(3, 'rolled-out') }, 'verified', [], { [KEY]: 0.012 });
    expect(change).toMatchObject({
      metadata: {
        labels: { 'paal.dev/status': 'verified' },
        annotations: { 'paal.dev/measured': '{"prometheus error rate":0.012}' },
      },
    });
    expect(releaseOf(marked('verified', { [KEY]: 0.012 }))?.measured).toEqual({ [KEY]: 0.012 });
  });

  test('is absent where no number was measured, or somebody has spoilt it', () => {
    expect(marked('verified').annotations).not.toHaveProperty('paal.dev/measured');
    expect(releaseOf(marked('verified'))).not.toHaveProperty('measured');
    for (const text of ['', 'null', '[1]', '{"a":"1"}', '{', '7']) {
      expect(readMeasured(text)).toBeUndefined();
    }
  });

  test('is of thirty checks at most, and fits in 8 KiB', () => {
    const checks = (count: number, name: string): Measured =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`${name} ${index}`, index]));
    const keysOf = (measured: Measured) =>
      Object.keys(readMeasured(writeMeasured(measured) ?? '') ?? {});
    expect(keysOf(checks(40, 'check'))).toHaveLength(30);
    expect(keysOf(checks(30, 'é'.repeat(200)))).toHaveLength(20);
    expect(Buffer.byteLength(writeMeasured(checks(30, 'é'.repeat(200))) ?? '')).toBeLessThan(
      8 * 1024,
    );
  });

  test('is finite numbers alone, close to what was measured', () => {
    const special = fc.constantFrom(Number.NaN, Infinity, -Infinity, 0.1 + 0.2, Number.MAX_VALUE);
    const value = fc.oneof(fc.double(), special);
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value, { noNullPrototype: true }), (measured) => {
        const text = writeMeasured(measured);
        for (const [key, number] of Object.entries(text ? (readMeasured(text) ?? {}) : {})) {
          const exact = measured[key] as number;
          const most = Math.abs(exact) * 1e-5 + Number.MIN_VALUE;
          expect(Number.isFinite(number)).toBe(true);
          expect(Math.abs(number - exact)).toBeLessThanOrEqual(most);
        }
      }),
    );
    expect(writeMeasured({ a: Number.NaN, b: Infinity })).toBeUndefined();
    expect(writeMeasured({ a: Number.NaN, b: 0.1 + 0.2 })).toBe('{"b":0.3}');
    expect(readMeasured('{"a":"1","b":2}')).toEqual({ b: 2 });
  });

  test('is compared with that of the last five verified releases before, newest first', () => {
    const releases = [
      verified(1, 0.1),
      verified(2, 0.2),
      verified(3, 0.3),
      { ...verified(4, 0.4), status: 'rolled-back' as const },
      verified(5, 0.5),
      verified(6),
      verified(7, 0.7),
      verified(8, 0.8),
      verified(9, 0.9),
    ];
    expect(measuredBefore(releases, 9, KEY)).toEqual([0.8, 0.7, 0.5, 0.3]);
    expect(measuredBefore(releases, 9, 'prometheus other')).toEqual([]);
    expect(measuredBefore(releases, 9, 'toString')).toEqual([]);
    expect(measuredBefore(releases, 1, KEY)).toEqual([]);
  });
});
