import type { Cluster } from '../cluster/cluster.ts';

/** What another tool, or another case, gave for the same figure. */
export interface Beside {
  readonly name: string;
  /** `undefined` when it had given no answer by the end of the measurement. */
  readonly value: number | undefined;
}

/** One measured figure. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: 's' | 'MB' | '×' | 'requests';
  /** What the design allows; missing where it sets no limit. */
  readonly budget?: number;
  readonly beside?: readonly Beside[];
  /** The values of all rounds, where `value` is their median. */
  readonly samples?: readonly number[];
}

/** What a benchmark works with. */
export interface Bench {
  /** Tells what is being done. */
  say(line: string): void;
  /** Aborts when the user has had enough: what was made has to go all the same. */
  readonly signal: AbortSignal;
  /** How often to measure, where the user says so. */
  readonly rounds: number | undefined;
  /** How many documents to migrate, where the user says so. */
  readonly documents?: number | undefined;
  /** The cluster that all benchmarks of a run share, or the one whose pods kwok simulates. */
  cluster(provider?: 'kwok'): Promise<Cluster>;
}

/** A benchmark: figures of one run, so that what is compared was measured side by side. */
export interface Benchmark {
  readonly name: string;
  readonly description: string;
  run(bench: Bench): Promise<readonly Figure[]>;
}

/** The middle of `values`. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] = [
    sorted[sorted.length % 2 === 0 ? middle - 1 : middle],
    sorted[middle],
  ];
  return (low + high) / 2;
}

/** The median of what several rounds gave; `undefined` when any of them gave no answer. */
export function medianAnswer(values: readonly (number | undefined)[]): number | undefined {
  const answers = values.filter((value) => value !== undefined);
  return answers.length === values.length ? median(answers) : undefined;
}

/** A figure of several rounds: their median. */
export function ofRounds(
  what: string,
  unit: Figure['unit'],
  samples: readonly number[],
  more: Pick<Figure, 'budget' | 'beside'> = {},
): Figure {
  return { what, value: median(samples), unit, samples, ...more };
}

/** Whether a figure keeps to its budget; one that is no number does not. */
export function withinBudget({ value, budget }: Figure): boolean {
  return budget === undefined || value <= budget;
}

function amount(value: number, unit: Figure['unit']): string {
  return `${unit === 'requests' ? value.toFixed(0) : value.toFixed(3)} ${unit}`;
}

/** A figure as one line; one that is over its budget begins with `!`. */
export function figureLine(figure: Figure): string {
  const { what, value, unit, budget, beside = [], samples = [] } = figure;
  const others = beside.map(
    (one) => `${one.name} ${one.value === undefined ? 'none' : amount(one.value, unit)}`,
  );
  const remarks = [
    ...(budget === undefined ? [] : [`budget ${budget} ${unit}`]),
    ...(others.length === 0 ? [] : [`beside ${others.join(', ')}`]),
    ...(samples.length < 2
      ? []
      : [
          `${samples.length} rounds, ${Math.min(...samples).toFixed(3)} to ${Math.max(...samples).toFixed(3)}`,
        ]),
  ];
  const mark = withinBudget(figure) ? '  ' : '! ';
  const text = `${mark}${what.padEnd(52)} ${amount(value, unit).padStart(14)}`;
  return [text, ...remarks].join('   ').trimEnd();
}
