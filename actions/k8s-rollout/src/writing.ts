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
import type { Inputs } from './inputs.ts';

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

/** How the writes of a step that begins to write now are made. */
export function writingPolicy(
  { forceConflicts, policy }: Pick<Inputs, 'forceConflicts' | 'policy'>,
  now: number,
): WritingPolicy {
  return { forceConflicts, deadline: now + policy.timeout };
}

/** How far the writes of a plan have come. */
export interface Writing {
  /** With what the server made of those that it could not judge before. */
  readonly plan: readonly PlannedWrite[];
  /** `kind/name` of what is written. */
  readonly written: readonly string[];
  readonly targets: readonly RolloutTarget[];
  /** What the API server refused; nothing was begun after it. */
  readonly refusal: Finding | undefined;
  /** Why it is not known whether a write was made; nothing was begun after it. */
  readonly unanswered: UserError | undefined;
  /** Whether the run was cancelled on the way. */
  readonly cancelled: boolean;
  /** `kind/name` of what was sent when it was, and not answered any more. */
  readonly unsure: readonly string[];
}

/** Before the first write. */
export function unwritten(plan: readonly PlannedWrite[]): Writing {
  const none = { refusal: undefined, unanswered: undefined, cancelled: false, unsure: [] };
  return { plan, written: [], targets: [], ...none };
}

/** Whether every write is made. */
export function isWhole({ plan, written }: Writing): boolean {
  return written.length === plan.length;
}

/** What a run leaves behind that was cancelled, in words. Pure. */
export function leftBehind({ plan, written, unsure }: Writing): string {
  if (written.length + unsure.length === 0) return 'Nothing was written.';
  const rest = plan
    .map(({ name }) => name)
    .filter((name) => !written.includes(name) && !unsure.includes(name));
  const parts: readonly (readonly [string, readonly string[]])[] = [
    ['Written, and rolling out in the cluster', written],
    ['Sent, but not answered any more', unsure],
    ['Not written', rest],
  ];
  return parts
    .filter(([, names]) => names.length > 0)
    .map(([what, names]) => `${what}: ${names.join(', ')}.`)
    .join(' ');
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

/** So many are under way at once: each is followed by work of the controllers, which is to be seen soon. */
const MOST_AT_ONCE = 8;

/** The writes from `place` on between which there is no order: proven ones of one kind. */
function sideBySide(
  plan: readonly PlannedWrite[],
  place: number,
  upTo: (planned: PlannedWrite) => boolean,
): readonly PlannedWrite[] {
  const rest = plan.slice(place, place + MOST_AT_ONCE);
  const end = rest.findIndex(
    (one, index) =>
      upTo(one) ||
      (index > 0 && (one.needs.length > 0 || one.resource.kind !== rest[0]?.resource.kind)),
  );
  return end < 0 ? rest : rest.slice(0, end);
}

async function writeAll(
  tools: WritingTools,
  begun: Writing,
  batch: readonly PlannedWrite[],
  policy: WritingPolicy,
): Promise<Writing> {
  const { connection } = tools;
  const results = await Promise.allSettled(
    batch.map((planned) =>
      write(connection, planned, policy.forceConflicts, patient(tools, policy)),
    ),
  );
  let writing = begun;
  for (const [index, planned] of batch.entries()) {
    const result = results[index];
    if (result?.status !== 'fulfilled') continue;
    const targets = result.value ? [...writing.targets, result.value] : writing.targets;
    writing = { ...writing, written: [...writing.written, planned.name], targets };
  }
  const failed = batch.filter((_, index) => results[index]?.status === 'rejected');
  for (const [index, planned] of batch.entries()) {
    const result = results[index];
    if (result?.status !== 'rejected') continue;
    const error: unknown = result.reason;
    const end = stopped(tools, writing, planned, error, errorMessage(error));
    return end.cancelled ? { ...end, unsure: failed.map(({ name }) => name) } : end;
  }
  return writing;
}

/**
 * Makes the writes that are left, in their order, those of one kind side by side, until one is refused
 * or not answered, or the run is cancelled. What could not be judged before is, as soon as its needs are written.
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
  while (!isOver()) {
    const batch = sideBySide(writing.plan, writing.written.length, upTo);
    if (batch.length === 0) break;
    if (tools.signal.aborted) return { ...writing, cancelled: true };
    writing = await writeAll(tools, writing, batch, policy);
    if (!isOver()) writing = await proveNext(tools, writing, policy);
  }
  return writing;
}
