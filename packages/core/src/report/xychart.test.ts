import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { evenly, renderXyChart, type XyPoint } from './xychart.ts';

const BLUE = '#0969da';
const RED = '#cf222e';

function chart(points: readonly XyPoint[], threshold?: number): string | undefined {
  const levels = threshold === undefined ? [] : [{ value: threshold, colour: RED }];
  return renderXyChart({ points, colour: BLUE, levels });
}

/** One value a second, from 0. */
function each(...values: readonly number[]): readonly XyPoint[] {
  return values.map((value, second) => ({ at: second * 1_000, value }));
}

/** The numbers of the lines of a chart. */
function linesOf(text: string | undefined): readonly (readonly number[])[] {
  return [...(text ?? '').matchAll(/^ {2}line \[(.*)\]$/gm)].map(([, numbers = '']) =>
    numbers.split(', ').map(Number),
  );
}

describe('a chart over time', () => {
  test('has the values, the threshold, and the time on its axis', () => {
    expect(chart([{ at: -1_000, value: 0.02 }, ...each(0.01, 0.25)], 0.05)).toBe(
      [
        '```mermaid',
        '---',
        'config:',
        '  xyChart:',
        '    width: 700',
        '    height: 220',
        '  themeVariables:',
        '    xyChart:',
        '      plotColorPalette: "#0969da, #cf222e"',
        '---',
        'xychart-beta',
        '  x-axis "seconds" -1 --> 1',
        '  y-axis 0 --> 0.262',
        '  line [0.02, 0.01, 0.25]',
        '  line [0.05, 0.05]',
        '```',
      ].join('\n'),
    );
  });

  test('of more than ten minutes has them on its axis', () => {
    const points = [
      { at: -600_000, value: 1 },
      { at: 90_000, value: 2 },
    ];
    expect(chart(points)).toContain('x-axis "minutes" -10 --> 1.5');
  });

  test('has no exponents, and numbers that are not finite are not in it', () => {
    const text = chart(each(1e-9, 2.5e21, Number.NaN, Infinity), Number.POSITIVE_INFINITY);
    expect(linesOf(text)).toEqual([[1e-9, 2.5e21]]);
    expect(text?.split('---').at(-1)).not.toMatch(/\de|NaN|Infinity/);
  });

  test('of one value, or of values too far apart, is none', () => {
    expect(chart(each(1))).toBeUndefined();
    expect(chart([])).toBeUndefined();
    const close = [0, 0.1].map((at) => ({ at, value: 1 }));
    expect(chart(close)).toBeUndefined();
    expect(chart(each(-Number.MAX_VALUE, Number.MAX_VALUE))).toBeUndefined();
  });

  test('of a value that never moves has a height all the same', () => {
    expect(chart(each(4, 4), 4)).toContain('y-axis 2 --> 6');
    expect(chart(each(0, 0))).toContain('y-axis -1 --> 1');
  });

  test('has at most sixty points, and a short peak is one of them', () => {
    const many = Array.from({ length: 1_000 }, (_, index) => (index === 617 ? 9 : 1));
    const [line = []] = linesOf(chart(each(...many)));
    expect(line).toHaveLength(60);
    expect(Math.max(...line)).toBe(9);
  });
});

describe('values at even distances', () => {
  test('are those that were measured where they were measured so', () => {
    expect(evenly(each(3, 1, 2), 60)).toEqual([3, 1, 2]);
  });

  test('lie between their neighbours where nothing was measured', () => {
    const points = [...each(0, 0), { at: 4_000, value: 3 }];
    expect(evenly(points, 60)).toEqual([0, 0, 1, 2, 3]);
  });

  test('are within what was measured, with its first and last place, and never too many', () => {
    const at = fc.integer({ min: -600_000, max: 600_000 });
    const value = fc.integer({ min: -1_000, max: 1_000 });
    const points = fc
      .uniqueArray(fc.record({ at, value }), {
        minLength: 2,
        maxLength: 300,
        selector: (p) => p.at,
      })
      .map((all) => all.sort((a, b) => a.at - b.at));
    fc.assert(
      fc.property(points, (all) => {
        const even = evenly(all, 60);
        const values = all.map((one) => one.value);
        expect(even.length).toBeGreaterThanOrEqual(2);
        expect(even.length).toBeLessThanOrEqual(60);
        expect(Math.min(...even)).toBeGreaterThanOrEqual(Math.min(...values));
        expect(Math.max(...even)).toBeLessThanOrEqual(Math.max(...values));
      }),
    );
  });
});
