import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { type Benchmark, type Figure, withinBudget } from '../test/bench/benchmark.ts';
import { coldStart } from '../test/bench/cold-start.ts';

const BENCHMARKS: readonly Benchmark[] = [coldStart];

function printFigure(figure: Figure): void {
  const { what, value, unit, budget } = figure;
  const limit = budget === undefined ? '' : `   budget ${budget} ${unit}`;
  const mark = withinBudget(figure) ? '  ' : '! ';
  console.log(`${mark}${what.padEnd(40)} ${value.toFixed(3).padStart(9)} ${unit}${limit}`);
}

await new Command('npm run bench --')
  .description(
    `Measures, beside the peers of the same run.\n\n${BENCHMARKS.map(({ name, description }) => `  ${name.padEnd(12)} ${description}`).join('\n')}`,
  )
  .argument('[NAME...]', 'benchmarks to run; default: all')
  .option('--json <file>', 'writes the figures as JSON')
  .action(async (names: readonly string[], options: { readonly json?: string }) => {
    const unknown = names.find((name) => !BENCHMARKS.some((one) => one.name === name));
    if (unknown) {
      console.error(
        `There is no benchmark "${unknown}": ${BENCHMARKS.map(({ name }) => name).join(', ')}.`,
      );
      process.exitCode = 1;
      return;
    }
    const results: Record<string, readonly Figure[]> = {};
    for (const benchmark of BENCHMARKS.filter(
      ({ name }) => names.length === 0 || names.includes(name),
    )) {
      console.log(`${benchmark.name}: ${benchmark.description}`);
      const figures = await benchmark.run((line) => console.error(line));
      for (const figure of figures) printFigure(figure);
      results[benchmark.name] = figures;
    }
    if (options.json) await writeFile(options.json, `${JSON.stringify(results, undefined, 2)}\n`);
    const over = Object.values(results)
      .flat()
      .filter((figure) => !withinBudget(figure));
    if (over.length > 0) {
      console.log(`${over.length} of the figures are over budget (marked !).`);
      process.exitCode = 1;
    }
  })
  .parseAsync();
