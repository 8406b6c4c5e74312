import { expect } from '@jest/globals';
import type { StepOptions, StepResult } from '../contract/run-action.ts';
import { realNodeTest } from './fixture.ts';
import {
  after,
  expectCompleted,
  expectHistory,
  expectNoLeftovers,
  expectToldEnd,
  expectVersion,
  type KillingGround,
  kill,
  killingGround,
  type Moment,
  type Put,
  put,
  SIGNALS,
  type Signal,
  type WalkedKind,
} from './killed-fixture.ts';
import { applyManifest, expectGood, rollBack, testVersions } from './rollout-fixture.ts';

/** What is so of every phase in which a run may be stopped. */
export interface Phase {
  readonly name: string;
  readonly label: string;
  /** What was cancelled says of itself. */
  readonly told: { readonly status: string; readonly says: RegExp | undefined };
  /** Whether it had the lease. */
  readonly leased?: false;
  /** What is rolled out; a Deployment unless told otherwise. */
  readonly kind?: WalkedKind;
}

/** A way through one phase: it is stopped by each signal, and each time another run goes on from there. */
export interface Walk {
  readonly ground: KillingGround;
  /** What serves, and what served before it, the newest last. */
  readonly served: Put[];
}

/** One of the signals. */
export interface Round {
  readonly signal: Signal;
  readonly isKilled: boolean;
  /** Whether the run that goes on is a rollback; else it is a rollout. */
  readonly isBack: boolean;
}

const image = testVersions();

/** The run that goes on is another one than that which was stopped. */
const ANOTHER = { GITHUB_RUN_ID: '43' };

/** What may be rolled out after what serves. */
export function next({ ground, served }: Walk, round: string): Omit<Put, 'number'> {
  return after(ground, image, served.at(-1), round);
}

/** Begins with `count` releases. */
export async function begin({ label, kind }: Phase, count: number): Promise<Walk> {
  const walk = { ground: await killingGround(label, kind ?? 'Deployment'), served: [] as Put[] };
  for (let number = 1; number <= count; number += 1) {
    walk.served.push(await put(walk.ground, next(walk, `put ${number}`)));
  }
  return walk;
}

/** The signals, one after the other. */
export function rounds(turn: number): readonly Round[] {
  return SIGNALS.map((signal, index) => ({
    signal,
    isKilled: signal === 'SIGKILL',
    isBack: (turn + index) % 2 === 1,
  }));
}

/**
 * Does `run`, stops it, and looks at what it says of its end.
 * @param doing what it says that it did when it was killed
 */
export async function stop(
  { ground }: Walk,
  { told }: Phase,
  { signal, isKilled }: Round,
  moment: Moment,
  doing: string,
  run: (options: Pick<StepOptions, 'onLog' | 'env'>) => Promise<StepResult>,
): Promise<void> {
  const killed = await kill(ground, signal, moment, run);
  if (isKilled) await expectCompleted(killed, doing);
  else await expectToldEnd(ground, killed, told);
}

/** Goes on from what the run has left: back to the release before what runs, or with another version. */
export async function goOn(
  { ground }: Walk,
  { leased }: Phase,
  { isKilled, isBack }: Round,
  objects: readonly object[],
): Promise<StepResult> {
  const step = isBack
    ? await rollBack(ground, {}, ANOTHER)
    : await applyManifest(ground, objects, {}, { env: ANOTHER });
  expectGood(step);
  const isHeld = isKilled && leased !== false;
  expect(step.log.includes('has not been heard of for 20 s')).toBe(isHeld);
  if (isBack) await expectHistory(ground, step);
  return step;
}

/** Everything is as if no run had been stopped, and what serves is what should. */
export async function expectSettled({ ground, served }: Walk): Promise<void> {
  await expectVersion(ground, served.at(-1)?.image ?? '');
  await expectNoLeftovers(ground);
}

/** A test for each phase, which turns the order of rollback and rollout round from one to the next. */
export function walkThrough<P extends Phase>(
  phases: readonly P[],
  walk: (phase: P, turn: number) => Promise<void>,
): void {
  for (const [turn, phase] of phases.entries()) {
    realNodeTest(phase.name, async () => await walk(phase, turn));
  }
}
