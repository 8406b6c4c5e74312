import { info } from '@paal/core/action/log';
import type { Clock } from '@paal/core/clock';
import { isTransient } from '@paal/core/cluster/api-error';
import { type Connection, PATIENCE, type RequestOptions } from '@paal/core/cluster/connection';
import { isWebhookFailure } from '@paal/core/cluster/retry';
import { errorMessage, UserError } from '@paal/core/errors';
import type { Finding } from '@paal/core/report/finding';
import type { PlannedWrite } from '@paal/core/rollout/plan';
import { provable, prove, untilKindsAreServed } from '@paal/core/rollout/prove';
import type { RolloutTarget } from '@paal/core/rollout/target';
import { write } from '@paal/core/rollout/write';

/** What writing works with. */
export interface WritingTools {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** How writes are made. */
export interface WritingPolicy {
  readonly forceConflicts: boolean;
  /** Up to when the API server is asked again, while it does not answer as it should; on our clock. */
  readonly deadline: number;
}

/** How far the writes of a plan have come. */
export interface Writing {
  /** With what the server made of those that it could not judge before. */
  readonly plan: readonly PlannedWrite[];
  /** `kind/name` of what is written. */
  readonly written: readonly string[];
  readonly targets: readonly RolloutTarget[];
  /** What the API server refused; nothing was written after it. */
  readonly refusal: Finding | undefined;
  /** Why it is not known whether the next write was made; nothing was written after it. */
  readonly unanswered: UserError | undefined;
  /** Whether the run was cancelled on the way. */
  readonly cancelled: boolean;
}

/** Before the first write. */
export function unwritten(plan: readonly PlannedWrite[]): Writing {
  const none = { refusal: undefined, unanswered: undefined, cancelled: false };
  return { plan, written: [], targets: [], ...none };
}

/** Whether every write is made. */
export function isWhole({ plan, written }: Writing): boolean {
  return written.length === plan.length;
}

function refused({ name, position }: PlannedWrite, message: string): Finding {
  return {
    workload: name,
    reason: 'WriteRefused',
    class: 'permanent',
    message,
    ...(position ? { position } : {}),
  };
}

function remains({ plan, written }: Writing): string {
  const isWorkload = (name: string): boolean =>
    plan.some((one) => one.name === name && one.workload !== undefined);
  const none = written.some(isWorkload) ? '' : 'No workload was written. ';
  return `${none}What was written, stays: ${written.join(', ')}.`;
}

function patient({ clock, signal }: WritingTools, { deadline }: WritingPolicy): RequestOptions {
  return { signal, patience: Math.max(PATIENCE, deadline - clock.now()) };
}

/** The writes end here, with `message` where the API server has given an answer to go by. */
function stopped(
  { signal }: WritingTools,
  writing: Writing,
  planned: PlannedWrite,
  error: unknown,
  message: string,
): Writing {
  if (signal.aborted) return { ...writing, cancelled: true };
  if (!(error instanceof UserError)) throw error;
  if (isTransient(error) && !isWebhookFailure(error)) return { ...writing, unanswered: error };
  return { ...writing, refusal: refused(planned, message) };
}

/** Has the server judge the writes whose needs are there by now, all before any of them is made. */
async function proveNext(
  tools: WritingTools,
  writing: Writing,
  policy: WritingPolicy,
): Promise<Writing> {
  const { connection, clock, signal } = tools;
  const { plan, written } = writing;
  const ready = provable(plan, written);
  const [first] = ready;
  if (!first) return writing;
  let failed = first;
  try {
    await untilKindsAreServed(connection, plan, ready, { clock, signal });
    const proven = new Map<PlannedWrite, PlannedWrite>();
    for (const one of ready) {
      failed = one;
      const options = patient(tools, policy);
      proven.set(one, await prove(connection, one, policy.forceConflicts, options));
    }
    const needs = [...new Set(ready.flatMap((one) => one.needs))].join(', ');
    info(`Checked now that ${needs} is there: ${ready.map(({ name }) => name).join(', ')}`);
    return { ...writing, plan: plan.map((one) => proven.get(one) ?? one) };
  } catch (error) {
    const message = `${errorMessage(error)} This could not be checked before ${failed.needs.join(', ')} was there. ${remains(writing)}`;
    return stopped(tools, writing, failed, error, message);
  }
}

async function writeNext(
  tools: WritingTools,
  writing: Writing,
  planned: PlannedWrite,
  policy: WritingPolicy,
): Promise<Writing> {
  const { connection } = tools;
  try {
    const target = await write(connection, planned, policy.forceConflicts, patient(tools, policy));
    const targets = target ? [...writing.targets, target] : writing.targets;
    return { ...writing, written: [...writing.written, planned.name], targets };
  } catch (error) {
    return stopped(tools, writing, planned, error, errorMessage(error));
  }
}

/**
 * Makes the writes that are left, in their order, up to the first that is refused or not answered, or
 * the run's cancellation. What could not be judged before is, as soon as its needs are written.
 * @param upTo whether to stop before a write
 */
export async function writeOn(
  tools: WritingTools,
  begun: Writing,
  policy: WritingPolicy,
  upTo: (planned: PlannedWrite) => boolean = () => false,
): Promise<Writing> {
  let writing = begun;
  const isOver = (): boolean =>
    writing.cancelled || writing.refusal !== undefined || writing.unanswered !== undefined;
  for (let place = begun.written.length; place < writing.plan.length; place += 1) {
    if (isOver()) return writing;
    const next = writing.plan[place];
    if (!next || upTo(next)) break;
    writing = await writeNext(tools, writing, next, policy);
    if (!isOver()) writing = await proveNext(tools, writing, policy);
  }
  return writing;
}
