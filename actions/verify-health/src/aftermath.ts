import { openFlightRecord } from '@paal/core/action/flight-record';
import type { ActionContext } from '@paal/core/action/lifecycle';
import { info } from '@paal/core/action/log';
import type { Finding } from '@paal/core/report/finding';
import type { RollbackResult } from '@paal/core/rollback/run';
import { type Journal, startJournal } from '@paal/core/rollout/journal';
import type { Surroundings } from '@paal/core/verify/probe';
import type { Turn } from './alone.ts';
import { followUp, isExcused } from './follow-up.ts';
import { type Marking, settleRelease, unmarked } from './release.ts';
import { explanation, measuredOf, type Result } from './result.ts';
import type { Settings } from './settings.ts';
import type { Subject } from './subject.ts';
import { lastWords, takeBack } from './take-back.ts';
import { type Recheck, verifyAgain } from './verify-again.ts';

/** A rollback that followed a verification. */
export interface Rollback {
  /** What was wrong with the release, and what its pods said last. */
  readonly cause: Finding;
  readonly result: RollbackResult;
  readonly journal: Journal;
  /** Path of the flight record. */
  readonly flightRecord: string;
  /** What serves now, verified; `undefined` where the rollback did not succeed. */
  readonly again: Recheck | undefined;
}

/** What became of the release after its verification. */
export interface Aftermath {
  readonly marking: Marking;
  readonly rollback: Rollback | undefined;
  /** Why there was no rollback, without a full stop; `undefined` where none was due. */
  readonly notRolledBack: string | undefined;
}

function endOf({ verdict: { status }, cancelled }: Result): string {
  if (cancelled) return 'its verification ended cancelled';
  return `its verification ${status === 'failed' ? 'failed' : `ended ${status}`}`;
}

/** A verification that has ended. */
export interface Verified {
  readonly subject: Subject;
  readonly settings: Settings;
  readonly surroundings: Surroundings;
  readonly result: Result;
}

async function rollBack(
  { subject, settings, surroundings, result }: Verified,
  turn: Turn,
  directory: string,
  context: ActionContext,
): Promise<Rollback | string> {
  const flight = openFlightRecord(directory);
  try {
    const evidence = await lastWords(subject, context);
    const journal = startJournal({ print: info, record: flight.write }, context.clock);
    const back = await takeBack(subject, settings.rollbackPolicy, journal, turn, context);
    if (typeof back === 'string') return back;
    const { release } = subject;
    // The lease is given back by now: what follows changes nothing, and takes its time.
    const again =
      back.status === 'succeeded'
        ? await verifyAgain({ settings, surroundings }, result, release, back.target, context)
        : undefined;
    const cause: Finding = {
      reason: 'VerificationFailed',
      class: 'probable',
      message: explanation(result),
      evidence,
    };
    return { cause, result: back, journal, flightRecord: flight.file, again };
  } finally {
    await flight.close();
  }
}

/**
 * Marks the release as verified, takes it back, or leaves it alone, as the verification says.
 * @param directory where the flight record of a rollback goes
 */
export async function settleAftermath(
  verified: Verified,
  turn: Turn,
  directory: string,
  context: ActionContext,
): Promise<Aftermath> {
  const { subject, settings, result } = verified;
  const cancelled = result.cancelled || context.signal.aborted;
  const next = followUp({ verdict: result.verdict, cancelled }, settings);
  const nothing = { rollback: undefined, notRolledBack: undefined };
  if (next.what === 'mark') {
    return { ...nothing, marking: await settleRelease(subject, measuredOf(result), turn, context) };
  }
  const isGood = result.verdict.status === 'succeeded';
  const marking = unmarked(subject, isGood ? 'the run was cancelled' : endOf(result));
  if (next.what === 'nothing') {
    const due = !isGood && !isExcused(result, settings);
    return { ...nothing, marking, ...(due ? { notRolledBack: next.because } : {}) };
  }
  const rollback = await rollBack(verified, turn, directory, context);
  return typeof rollback === 'string'
    ? { ...nothing, marking, notRolledBack: rollback }
    : { ...nothing, marking, rollback };
}
