import type { Clock } from '../../../clock.ts';
import { hasCode } from '../../../cluster/api-error.ts';
import type { Connection } from '../../../cluster/connection.ts';
import { followLog } from '../../../cluster/log-stream.ts';
import { errorMessage } from '../../../errors.ts';
import { findResult, RESULT_MARK } from '../../remote-result.ts';
import type { MigrateResult } from '../../result.ts';
import type { SeenPod, SeenPods } from './seen-pods.ts';

/** What a pod's runner said. */
export interface Said {
  readonly result: MigrateResult | undefined;
  /** The last line that it printed, but for the result. */
  readonly last: string | undefined;
}

/** Prints what the runners of a Job say, as they say it. */
export interface JobLogs {
  /** Which pods there are now. */
  see(pods: SeenPods): void;
  /** What a pod said until now. */
  saidBy(uid: string): Said;
  /** Waits for the rest of what pods said that have ended; says so where it does not come in time. */
  rest(milliseconds: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Begins to print the logs of a Job's pods: every line once, from the first one on, whatever becomes of
 * the connection. That a log cannot be had is said, and changes nothing else.
 */
export function openJobLogs(tools: {
  readonly connection: Connection;
  readonly container: string;
  readonly info: (line: string) => void;
  readonly warn: (message: string) => void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}): JobLogs {
  const { connection, container, info, warn, clock } = tools;
  const stop = new AbortController();
  const signal = AbortSignal.any([tools.signal, stop.signal]);
  const open = new Map<string, Promise<void>>();
  const unfinished = new Set<string>();
  const said = new Map<string, { result: string | undefined; last: string | undefined }>();
  let pods: SeenPods = new Map();

  const show = async ({ uid, namespace, name }: SeenPod): Promise<void> => {
    const own: { result: string | undefined; last: string | undefined } = {
      result: undefined,
      last: undefined,
    };
    said.set(uid, own);
    const options = { whole: true, isOver: () => pods.get(uid)?.over ?? true };
    try {
      const source = { namespace, pod: name, container };
      for await (const line of followLog(connection, source, clock, signal, options)) {
        if (line.startsWith(RESULT_MARK)) {
          own.result = line;
          continue;
        }
        if (line.trim() !== '') own.last = line.trim();
        info(line);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (hasCode(error, 404)) return;
      warn(`The log of pod ${name} cannot be shown: ${errorMessage(error)}`);
    } finally {
      unfinished.delete(uid);
    }
  };

  return {
    see: (now) => {
      pods = now;
      for (const pod of now.values()) {
        if (!pod.started || open.has(pod.uid) || signal.aborted) continue;
        if (open.size > 0) info(`The pod ${pod.name} goes on with it`);
        unfinished.add(pod.uid);
        open.set(pod.uid, show(pod));
      }
    },
    saidBy: (uid) => {
      const { result, last } = said.get(uid) ?? {};
      return { result: result === undefined ? undefined : findResult(result), last };
    },
    rest: async (milliseconds) => {
      const limit = new AbortController();
      const late = clock.sleep(milliseconds, AbortSignal.any([limit.signal, signal])).then(
        () => true,
        () => false,
      );
      const ended = Promise.all(open.values()).then(() => false);
      const isLate = await Promise.race([late, ended]);
      limit.abort();
      await late;
      if (isLate && unfinished.size > 0) {
        warn('The end of the log did not come in time: lines may be missing above.');
      }
    },
    close: async () => {
      stop.abort();
      await Promise.all(open.values());
    },
  };
}
