import pLimit from 'p-limit';
import type { LogPart } from '../../cluster/logs.ts';
import type { Pod } from '../../workload/types.ts';
import { entriesOf } from './entries.ts';
import { type Past, type SaidLine, withLines } from './kinds.ts';
import { isAtLeast, type Severity } from './level.ts';
import { askLog, type LogTools } from './read-pods.ts';
import { containersOf } from './runs.ts';

/** What is said when a container starts is looked at in any case, however long ago that was. */
const HEAD_BYTES = 256 * 1024;
const TAIL_BYTES = 1024 * 1024;
const TAIL_SECONDS = 3_600;
const TAIL_LINES = 10_000;
const MOST_PODS = 20;
const MOST_AT_ONCE = 8;

function bad(part: LogPart | undefined, level: Severity): readonly SaidLine[] {
  const { entries } = entriesOf((part?.lines ?? []).map(({ text }) => text));
  return entries
    .filter(({ severity }) => isAtLeast(severity, level))
    .map(({ text }) => ({ text, from: undefined }));
}

/**
 * What pods that have run for some time have logged: how they started, and the last hour.
 * @throws UserError when a log cannot be had
 */
export async function readPast(
  tools: LogTools,
  pods: readonly Pod[],
  level: Severity,
  signal: AbortSignal,
): Promise<Past> {
  const inTurn = pLimit(MOST_AT_ONCE);
  let kinds = withLines(new Map(), []);
  let minutes = 0;
  const read = async (pod: string, container: string): Promise<void> => {
    const shared = { pod, container, previous: false };
    const tail = { sinceSeconds: TAIL_SECONDS, tailLines: TAIL_LINES, limitBytes: TAIL_BYTES };
    const end = await askLog(tools, { ...shared, ...tail }, signal);
    const head = await askLog(tools, { ...shared, limitBytes: HEAD_BYTES }, signal);
    const [first, last] = [end?.lines[0]?.time, end?.lines.at(-1)?.time];
    const earlier = (head?.lines ?? []).filter(({ time }) => first === undefined || time < first);
    const start = head && { ...head, lines: earlier };
    kinds = withLines(kinds, [...bad(start, level), ...bad(end, level)]);
    if (first && last) minutes += (Date.parse(last) - Date.parse(first)) / 60_000;
  };
  await Promise.all(
    pods
      .slice(0, MOST_PODS)
      .flatMap((pod) =>
        containersOf(pod).map(({ name }) => inTurn(() => read(pod.metadata.name, name))),
      ),
  );
  const counts = [...kinds.values()].map(({ signature, count }) => [signature, count] as const);
  return { minutes, counts: new Map(counts) };
}
