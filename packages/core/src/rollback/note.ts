import { shownVersion } from '../release/version.ts';
import type { RunSummary } from '../report/run-summary.ts';
import { repinnedSentence, untoldSentence } from './moved-images.ts';
import type { RollbackResult } from './run.ts';
import type { RollbackTarget } from './target.ts';

/** What is gone back to, in words: `release 4 (v1.2)`. */
export function goalOf({ release: { number, version } }: RollbackTarget): string {
  return `release ${number}${version ? ` (${shownVersion(version)})` : ''}`;
}

/** How what is back, and what it is used with, may differ from what served then. Pure. */
export function differences({
  unproven,
  repinned,
  untold,
  drift,
  database,
}: Pick<
  RollbackResult,
  'unproven' | 'repinned' | 'untold' | 'drift' | 'database'
>): readonly string[] {
  return [
    ...unproven,
    ...repinned.map(repinnedSentence),
    ...untold.map(untoldSentence),
    ...drift,
    ...(database ? [database] : []),
  ];
}

const OUTCOMES = { succeeded: 'good', failed: 'bad', cancelled: 'open' } as const;

/** The head of a rollback's own summary. Pure. */
export function headOf(
  { status, message }: Pick<RollbackResult, 'status' | 'message'>,
  goal: string,
): Pick<RunSummary, 'title' | 'outcome' | 'verdict'> {
  const titles = {
    succeeded: `Back at ${goal}`,
    failed: `The rollback to ${goal} failed`,
    cancelled: `The rollback to ${goal} was cancelled`,
  } as const;
  const verdict = status === 'succeeded' ? 'It serves again.' : message;
  return { title: titles[status], outcome: OUTCOMES[status], verdict };
}

/** What became of a rollback, in one or two sentences. Pure. */
export function noteOf({
  target,
  status,
  message,
  configMaps,
}: Pick<RollbackResult, 'target' | 'status' | 'message' | 'configMaps'>): string {
  const to = goalOf(target);
  if (status === 'failed') return `The rollback to ${to} failed: ${message}`;
  const config = configMaps.length > 0 ? `, with ConfigMap ${configMaps.join(', ')}` : '';
  const rest =
    target.left.length > 0
      ? ` ${target.left.join(', ')} did not serve before, and was left as it is.`
      : '';
  return status === 'cancelled'
    ? `Put back to ${to}${config}. ${message}${rest}`
    : `Rolled back to ${to}${config}; it serves.${rest}`;
}
