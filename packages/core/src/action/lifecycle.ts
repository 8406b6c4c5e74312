import * as core from '@actions/core';
import { type Clock, systemClock } from '../clock.ts';
import { errorMessage, type SourcePosition, UserError } from '../errors.ts';
import { debug, info, printable } from './log.ts';

/** What an action's `main` and `post` are given. */
export interface ActionContext {
  /** Aborted when the run is cancelled: SIGINT, and 7.5 s later SIGTERM. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** A step's code. `post` runs when the job ends, also after a failure or a cancellation. */
export interface Action {
  main(context: ActionContext): Promise<void>;
  post?(context: ActionContext): Promise<void>;
}

const POST_STATE = 'isPost';

/** Prints the one error annotation of the step, on the place of the cause where there is one. */
function annotate(message: string, position: SourcePosition | undefined): void {
  core.error(printable(message), {
    ...(position ? { file: position.file } : {}),
    ...(position?.line ? { startLine: position.line } : {}),
    ...(position?.column ? { startColumn: position.column } : {}),
  });
}

function reportFailure(error: unknown): void {
  process.exitCode = core.ExitCode.Failure;
  if (error instanceof UserError) {
    annotate(error.message, error.position);
    debug(error.stack ?? '');
    return;
  }
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  annotate(`Unexpected error, a bug in this action: ${errorMessage(error)}`, undefined);
  info(stack);
}

/**
 * Runs an action's `main`, or its `post` in the post step: the same bundle serves both. The one
 * place that fails a step; everything below throws. A `post` that fails only warns, because the
 * step's own verdict stands.
 */
export async function runAction(action: Action): Promise<void> {
  const controller = new AbortController();
  const cancel = (): void => controller.abort(new UserError('The run was cancelled.'));
  process.on('SIGINT', cancel);
  process.on('SIGTERM', cancel);
  const context: ActionContext = { signal: controller.signal, clock: systemClock };
  const isPost = core.getState(POST_STATE) === 'true';
  if (!isPost) core.saveState(POST_STATE, 'true');
  try {
    await (isPost ? action.post?.(context) : action.main(context));
  } catch (error) {
    if (isPost) core.warning(printable(`Cleaning up failed: ${errorMessage(error)}`));
    else reportFailure(error);
  } finally {
    process.off('SIGINT', cancel);
    process.off('SIGTERM', cancel);
  }
}
