import { codeBlock } from './markdown.ts';

/** A value at a time. */
export interface XyPoint {
  /** Milliseconds. */
  readonly at: number;
  readonly value: number;
}

/** A horizontal line. */
export interface XyLevel {
  readonly value: number;
  /** As CSS writes it: `#cf222e`. */
  readonly colour: string;
}

/** Values over time, and what they are compared with. */
export interface XyChart {
  readonly points: readonly XyPoint[];
  readonly colour: string;
  readonly levels: readonly XyLevel[];
}

const MOST_POINTS = 60;
/** A span that is longer has its time in minutes; milliseconds. */
const LONG = 600_000;
/** Digits of a value that a chart of this size can show. */
const DIGITS = 6;
/** Part of the range that is left free above and below. */
const MARGIN = 0.05;

/** Mermaid reads no exponents. */
function plainNumber(value: number): string {
  if (!/e/.test(String(value))) return String(value);
  if (Math.abs(value) >= 1) return BigInt(Math.round(value)).toString();
  return value.toFixed(20).replace(/\.?0+$/, '');
}

function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}

/** Sorted by time, one value a moment; without what cannot be drawn. */
function ordered(points: readonly XyPoint[]): readonly XyPoint[] {
  const finite = points.filter(({ at, value }) => Number.isFinite(at) && Number.isFinite(value));
  const byTime = new Map(finite.map((point) => [point.at, point]));
  return [...byTime.values()].sort((a, b) => a.at - b.at);
}

/** The one that says most: of several values in the place of one, a short peak must not be lost. */
function salient(points: readonly XyPoint[], usual: number): XyPoint | undefined {
  const distance = ({ value }: XyPoint): number => Math.abs(value - usual);
  return [...points].sort((a, b) => distance(b) - distance(a))[0];
}

function between(points: readonly XyPoint[], at: number): number {
  const next = points.findIndex((point) => point.at >= at);
  const after = points[next] ?? points.at(-1);
  const before = points[next - 1] ?? after;
  if (!before || !after || after.at === before.at) return after?.value ?? 0;
  return before.value + ((at - before.at) / (after.at - before.at)) * (after.value - before.value);
}

/**
 * `points`, sorted by time, as values at even distances from the first to the last, because Mermaid draws
 * them so; at most `most`. Where several fall into the place of one, the one farthest from the median
 * stands for them; where none does, it lies between its neighbours. Pure.
 */
export function evenly(points: readonly XyPoint[], most: number): readonly number[] {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || first.at === last.at) return points.map(({ value }) => value);
  const gaps = points.slice(1).map(({ at }, index) => at - (points[index]?.at ?? at));
  const span = last.at - first.at;
  const count = Math.min(most, Math.round(span / Math.min(...gaps)) + 1);
  const step = span / (count - 1);
  const places = Map.groupBy(points, ({ at }) => Math.round((at - first.at) / step));
  const sorted = points.map(({ value }) => value).sort((a, b) => a - b);
  const usual = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return Array.from(
    { length: count },
    (_, place) =>
      salient(places.get(place) ?? [], usual)?.value ?? between(points, first.at + place * step),
  );
}

/** The ends of the axis of values, so that no line lies on its edge. */
function rangeOf(values: readonly number[]): readonly [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = high > low ? (high - low) * MARGIN : Math.abs(high) / 2 || 1;
  const bottom = low >= 0 && low < (high - low) / 2 ? 0 : low - margin;
  return [bottom, high + margin];
}

/**
 * A line of values over time, and horizontal lines, as Markdown; at most 60 points. `undefined` where there
 * are fewer than two values, or none of a size that can be drawn. No text from outside is in it.
 */
export function renderXyChart({ points, colour, levels }: XyChart): string | undefined {
  const known = ordered(points);
  const [first, last] = [known[0], known.at(-1)];
  if (!first || !last || first.at === last.at) return undefined;
  const values = evenly(known, MOST_POINTS).map(rounded);
  const drawn = levels.filter(({ value }) => Number.isFinite(value));
  const heights = drawn.map(({ value }) => rounded(value));
  const [bottom, top] = rangeOf([...values, ...heights]);
  if (!Number.isFinite(top - bottom)) return undefined;
  const isLong = last.at - first.at > LONG;
  const time = (at: number): string =>
    plainNumber(Number((at / (isLong ? 60_000 : 1_000)).toFixed(3)));
  if (time(first.at) === time(last.at)) return undefined;
  const line = (numbers: readonly number[]): string =>
    `  line [${numbers.map(plainNumber).join(', ')}]`;
  return codeBlock(
    [
      '---',
      'config:',
      '  xyChart:',
      '    width: 700',
      '    height: 220',
      '  themeVariables:',
      '    xyChart:',
      `      plotColorPalette: "${[colour, ...drawn.map((level) => level.colour)].join(', ')}"`,
      '---',
      'xychart-beta',
      `  x-axis "${isLong ? 'minutes' : 'seconds'}" ${time(first.at)} --> ${time(last.at)}`,
      `  y-axis ${plainNumber(rounded(bottom))} --> ${plainNumber(rounded(top))}`,
      line(values),
      ...heights.map((height) => line([height, height])),
    ],
    'mermaid',
  );
}
