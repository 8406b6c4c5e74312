import { readFile } from 'node:fs/promises';
import { formatDuration } from '@paal/core/config/duration';
import { errorMessage } from '@paal/core/errors';
import { parseFlightRecord, type Replayed, replay } from '@paal/core/rollout/replay';
import { Command } from 'commander';

function lineOf(one: Replayed): string {
  const at = formatDuration(one.at).padStart(9);
  if ('phase' in one) return `${at}  ── ${one.phase}`;
  const mark = one.asRecorded ? ' ' : '≠';
  return `${at} ${mark}${one.workload}: ${one.verdict.status}: ${one.verdict.message}`;
}

await new Command('npm run replay --')
  .description(
    'Decides again from a flight record, and prints each verdict as it changed. A verdict that is ' +
      'another than the recorded one is marked ≠.',
  )
  .argument('<FILE>', 'flight.jsonl, which a step writes beside its report')
  .action(async (file: string) => {
    try {
      const told = replay(parseFlightRecord(await readFile(file, 'utf8')));
      for (const one of told) console.log(lineOf(one));
      const others = told.filter((one) => 'verdict' in one && !one.asRecorded).length;
      console.log(
        others === 0 ? 'All verdicts are as recorded.' : `${others} verdicts are not as recorded.`,
      );
    } catch (error) {
      console.error(`${file}: ${errorMessage(error)}`);
      process.exitCode = 1;
    }
  })
  .parseAsync();
