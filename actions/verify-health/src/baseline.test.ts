import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { newBaseline, numbersIn, parseBaseline, readBaseline, usable } from './baseline.ts';

const SHOP = { app: 'shop', environment: 'staging' };
const NOON = new Date('2026-01-02T12:00:00Z');
const KEPT = { 'prometheus errors': [0.01, { value: 0.02, hits: 2, total: 100 }, 'a1'] };
const BASELINE = newBaseline(SHOP, NOON, KEPT);

function later(hours: number): Date {
  return new Date(NOON.getTime() + hours * 3_600_000);
}

describe('a baseline', () => {
  test('counts for a day, for its app and environment', () => {
    expect(usable(BASELINE, SHOP, later(24))).toEqual({ baseline: BASELINE });
    expect(usable(BASELINE, SHOP, later(-1))).toEqual({ baseline: BASELINE });
    expect(usable(BASELINE, SHOP, later(25)).ignored).toBe(
      'The baseline is ignored: it was taken 25 h ago, and counts for 24 h. Run "phase: before" right before the rollout.',
    );
    expect(usable(BASELINE, { ...SHOP, environment: 'production' }, NOON).ignored).toBe(
      'The baseline is ignored: it is of shop in staging, and this is shop in production.',
    );
    expect(usable(BASELINE, { app: undefined, environment: 'staging' }, NOON).ignored).toContain(
      'this is an app without a name in staging',
    );
  });

  test('gives the numbers that a check kept, with or without what they were counted by', () => {
    expect(numbersIn(BASELINE.checks['prometheus errors'])).toEqual([0.01, 0.02]);
    expect(numbersIn(undefined)).toEqual([]);
  });

  test('is read from a file, and one that is none is refused with what to give', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'paal-baseline-'));
    try {
      const file = join(folder, 'baseline.json');
      await expect(readBaseline(file)).rejects.toThrow(
        /^The input "baseline": .* cannot be read: ENOENT/,
      );
      await writeFile(file, '{"status":"succeeded"}');
      await expect(readBaseline(file)).rejects.toThrow(
        'is no baseline. Give the output "baseline"',
      );
      await writeFile(file, JSON.stringify(BASELINE));
      expect(await readBaseline(file)).toEqual(BASELINE);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('is none where somebody else has written something', () => {
    expect(parseBaseline(undefined)).toBeUndefined();
    expect(parseBaseline({ ...BASELINE, taken: 'yesterday' })).toBeUndefined();
  });
});
