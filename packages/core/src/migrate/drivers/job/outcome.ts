import { objectName } from '../../../cluster/object.ts';
import { formatDuration } from '../../../config/duration.ts';
import { UserError } from '../../../errors.ts';
import { clause } from '../../../workload/kinds/clause.ts';
import { describeExit } from '../../../workload/kinds/exit.ts';
import { EXIT_CODES } from '../../exit-code.ts';
import { findResult, parseResult } from '../../remote-result.ts';
import type { MigrateResult } from '../../result.ts';
import type { RemoteOutcome } from '../remote.ts';
import type { JobDecision } from './decide.ts';
import type { Said } from './logs.ts';
import type { SeenPod } from './seen-pods.ts';

/** What is known beside the decision. */
export interface OutcomeContext {
  readonly namespace: string;
  /** Name of the Job. */
  readonly name: string;
  /** Milliseconds that it was given. */
  readonly timeout: number;
  /** What the log of a pod told. */
  readonly saidBy: (uid: string) => Said;
  /** What became of a Job that did not begin. */
  readonly fate: 'deleted' | 'there';
  /** Whether this run was cancelled, and has asked it to stop. */
  readonly stopped: boolean;
}

const NOT_KNOWN =
  'The database may have been changed: the command status says what is applied, and whether a migration was interrupted.';
const LONGEST_QUOTE = 300;

/**
 * What the runner in a pod made of the request: the termination message stays when the log is lost, and
 * the log tells more where the message had no room for all of it.
 */
function resultOf({ end }: SeenPod, { result: logged }: Said): MigrateResult | undefined {
  const message = end?.message ?? '';
  const kept = parseResult(message) ?? findResult(message);
  if (!kept) return logged;
  const size = (result: MigrateResult): number => JSON.stringify(result).length;
  return logged && size(logged) > size(kept) ? logged : kept;
}

/** The last words of a runner that left no result. */
function lastWords({ end }: SeenPod, { last }: Said): string {
  const words = last ?? end?.message?.trim().split('\n').at(-1) ?? '';
  if (words === '') return '';
  const quote = words.length > LONGEST_QUOTE ? `${words.slice(0, LONGEST_QUOTE)}…` : words;
  return ` Its last words: ${quote}`;
}

/** Why the runner had to end, where that was not its own decision; a sentence. */
function reasonOf(
  pod: SeenPod,
  reason: string | undefined,
  { name, timeout, stopped }: OutcomeContext,
): string | undefined {
  if (stopped) return `The run was cancelled, and the ${objectName('Job', name)} asked to stop.`;
  if (reason === 'DeadlineExceeded') {
    return `The ${objectName('Job', name)} was ended, because it took longer than ${formatDuration(timeout)} (the input "job-timeout").`;
  }
  if (pod.disrupted !== undefined) {
    return `The cluster ended the pod ${pod.name} (${pod.disrupted}), not the migrations themselves.`;
  }
  return undefined;
}

const BY_CODE: Readonly<Record<number, string>> = {
  [EXIT_CODES.refused]: 'It refused, and nothing was changed.',
  [EXIT_CODES.locked]: 'Another run holds the lease, and nothing was changed.',
  [EXIT_CODES.unreachable]: 'The database could not be reached, and nothing was changed.',
  [EXIT_CODES.internal]: `That is a bug in the runner. ${NOT_KNOWN}`,
};

/** An end that the runner itself did not tell of. */
function untold(pod: SeenPod, said: Said, why: string | undefined): UserError {
  const { end } = pod;
  if (!end) return new UserError([why, NOT_KNOWN].filter(Boolean).join(' '));
  if (!pod.started) {
    return new UserError(
      `The runner in pod ${pod.name} ${describeExit(end)}; nothing was run. Does the image have Node.js, as "node"?`,
      { failureReason: 'ContainerCannotRun' },
    );
  }
  const what = `The runner in pod ${pod.name} ${describeExit(end)} and left no result.`;
  const meaning = BY_CODE[end.exitCode] ?? NOT_KNOWN;
  const words = lastWords(pod, said);
  return new UserError([why, what, meaning].filter(Boolean).join(' ') + words, {
    ...(end.reason === 'OOMKilled' ? { failureReason: 'OOMKilled' } : {}),
  });
}

/** A runner that ended, and not with 0, or whose end nobody saw. */
function ended(
  pod: SeenPod,
  reason: string | undefined,
  why: string | undefined,
  context: OutcomeContext,
): RemoteOutcome {
  const said = context.saidBy(pod.uid);
  const result = resultOf(pod, said);
  const exitCode = pod.end?.exitCode;
  const because = why ?? reasonOf(pod, reason, context);
  const told = result?.failure;
  const failure = told
    ? new UserError(because ? `${because} ${told.message}` : told.message, {
        ...(told.position ? { position: told.position } : {}),
      })
    : untold(pod, said, because);
  return { result, exitCode, failure };
}

function nothing(message: string, failureReason?: string): RemoteOutcome {
  const failure = new UserError(message, failureReason === undefined ? {} : { failureReason });
  return { result: undefined, exitCode: undefined, failure };
}

/**
 * What a Job's end means for the step, in words. Without failure only where the runner ended with 0.
 * Pure.
 */
export function jobOutcome(
  decision: Exclude<JobDecision, { kind: 'wait' }>,
  context: OutcomeContext,
): RemoteOutcome {
  const { namespace } = context;
  const job = objectName('Job', context.name);
  const inNamespace = `in namespace ${namespace}`;
  switch (decision.kind) {
    case 'succeeded': {
      const { pod } = decision;
      const result = pod && resultOf(pod, context.saidBy(pod.uid));
      const failure = result?.failure && new UserError(result.failure.message);
      return { result, exitCode: EXIT_CODES.succeeded, failure };
    }
    case 'failed':
      return ended(decision.pod, decision.condition?.reason, undefined, context);
    case 'not-started': {
      const [{ message, hint, reason }] = decision.findings;
      const fate =
        context.fate === 'deleted'
          ? `No migration was run; the ${job} was deleted.`
          : `No migration was run; the ${job} is still there.`;
      return nothing([message, hint, fate].filter(Boolean).join(' '), reason);
    }
    case 'stuck': {
      const { pod, findings } = decision;
      const [{ message, reason }] = findings;
      const why =
        `${message} The ${job} had begun before, in the pod ${pod.name}, and is still there: ` +
        `kubectl -n ${namespace} describe ${job}.`;
      const { result, exitCode, failure } = ended(pod, undefined, why, context);
      return {
        result,
        exitCode,
        failure: new UserError(failure?.message ?? why, { failureReason: reason }),
      };
    }
    case 'deleted': {
      const { pod } = decision;
      if (context.stopped) {
        if (pod) return ended(pod, undefined, undefined, context);
        return nothing(`The run was cancelled, and the ${job} deleted before it began.`);
      }
      const deleted = `The ${job} ${inNamespace} was deleted by somebody else`;
      if (!pod) return nothing(`${deleted} before it began; no migration was run.`, 'JobDeleted');
      return ended(pod, undefined, `${deleted}, after the migrations had begun.`, context);
    }
    case 'lost': {
      const { pod, condition } = decision;
      const said = condition
        ? `It failed (${condition.reason ?? 'without a reason'}): ${clause(condition.message ?? '')}.`
        : 'It could not be watched to its end.';
      const why = `How the ${job} ${inNamespace} ended is not known. ${said}`;
      return pod ? ended(pod, condition?.reason, why, context) : nothing(`${why} ${NOT_KNOWN}`);
    }
  }
}
