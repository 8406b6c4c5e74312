import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { KubeObject } from '../cluster/object.ts';
import { fateOf, partOf, pruningOf, releaseOf } from './metadata.ts';
import type { Release } from './release.ts';
import {
  byName,
  crowd,
  head,
  MIB,
  patched,
  readBack,
  release,
  sizeOf,
  template,
  workload,
} from './stored.test-data.ts';
import { contentOf, partNames, pieces, storedRelease } from './stored.ts';

describe('a release of a thousand workloads', () => {
  const workloads = crowd(1_000);
  const stored = storedRelease(head, { workloads, objects: [] });

  test('is in parts that the API server takes, and read from them', () => {
    expect(stored.parts.length).toBeGreaterThan(5);
    for (const one of [stored.head, ...stored.parts]) expect(sizeOf(one)).toBeLessThan(MIB);
    expect(partNames(stored.head.metadata)).toEqual(
      stored.parts.map(({ metadata }) => metadata.name),
    );
    expect(readBack(stored)).toEqual({ workloads, objects: [] });
  });

  test('has annotations that the API server takes, whatever became of it', () => {
    const names = workloads.map((one) => `deployment/${one.workload.name}`);
    const whole: Release = { ...release, workloads: names };
    const { metadata } = patched(stored.head, {
      metadata: {
        labels: {},
        annotations: {
          ...fateOf(whole, 'rolled-back', names).annotations,
          ...pruningOf(names).annotations,
        },
      },
    });
    const size = Object.entries(metadata.annotations ?? {})
      .flat()
      .join('').length;
    expect(size).toBeLessThan(256 * 1024);
    expect(releaseOf(metadata)).toMatchObject({
      workloads: names,
      takenBack: names,
      pruned: names,
    });
  });

  test('is no release by its parts, which say whose they are', () => {
    for (const { metadata } of stored.parts) {
      expect(releaseOf(metadata)).toBeUndefined();
      expect(partOf(metadata)).toBe(3);
    }
    expect(partOf(stored.head.metadata)).toBeUndefined();
  });

  test('cannot be read when a part is missing, or is that of another', () => {
    const [first, second, ...rest] = stored.parts as [KubeObject, KubeObject, ...KubeObject[]];
    const refusal = (...parts: readonly KubeObject[]): unknown => {
      try {
        return contentOf(stored.head, byName(parts));
      } catch (error) {
        return error;
      }
    };
    const message = expect.stringContaining('configmap/paal.shop.3 cannot be read');
    expect(refusal(first, ...rest)).toMatchObject({
      message,
      cause: new Error('configmap/paal.shop.3.2 is missing'),
    });
    const swapped = { ...first, binaryData: second.binaryData };
    expect(refusal(swapped, second, ...rest)).toMatchObject({ message });
  });
});

test('a release whose names alone are too much is refused before anything is changed', () => {
  const names = Array.from({ length: 2_000 }, () => randomBytes(120).toString('hex'));
  const workloads = names.map((name) => ({ workload: { ...workload, name }, template }));
  expect(() => storedRelease(head, { workloads, objects: [] })).toThrow(
    /too many workloads for the ledger .*Nothing was changed/,
  );
});

test('pieces are never too large, and joined they are the whole', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.integer({ min: 1, max: 60 }),
      (bytes, most) => {
        const cut = pieces(bytes, most);
        expect(cut.every(({ length }) => length <= most)).toBe(true);
        expect(cut.length).toBe(Math.max(1, Math.ceil(bytes.length / most)));
        expect(Buffer.concat(cut)).toEqual(Buffer.from(bytes));
      },
    ),
  );
});
