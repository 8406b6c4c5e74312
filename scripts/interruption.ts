import { UserError } from '@paal/core/errors';

/** Terminals and npm send the same ^C to all processes of a command, so that some get it twice. */
const ONE_PRESS_MS = 1_000;

/**
 * Aborts when the user presses ^C or the process is asked to end, so that what was started can be
 * taken away; a second time ends the process at once.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  let first = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) {
        if (performance.now() - first > ONE_PRESS_MS) process.exit(1);
        return;
      }
      first = performance.now();
      console.error(`${signal}: taking away what was started`);
      controller.abort(new UserError(`Interrupted by ${signal}.`));
    });
  }
  return controller.signal;
}
