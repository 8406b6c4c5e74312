/** One measured figure. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: 's' | 'MB' | '×' | 'requests';
  /** What the design allows; missing where it sets no limit. */
  readonly budget?: number;
}

/** A benchmark: figures of one run, so that what is compared was measured side by side. */
export interface Benchmark {
  readonly name: string;
  readonly description: string;
  run(say: (line: string) => void): Promise<readonly Figure[]>;
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

/** Whether a figure keeps to its budget. */
export function withinBudget({ value, budget }: Figure): boolean {
  return budget === undefined || value <= budget;
}
