/**
 * Works through groups of items, `lanes` groups at a time, each from its first item to its last. The
 * first error, or `signal`, ends them all; it is thrown when nothing is under way any more.
 */
export async function inLanes<T>(
  groups: readonly (readonly T[])[],
  lanes: number,
  work: (item: T, signal: AbortSignal) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const failure = new AbortController();
  const ended = signal ? AbortSignal.any([signal, failure.signal]) : failure.signal;
  const queue = groups.values();
  const lane = async (): Promise<void> => {
    for (const group of queue) {
      for (const item of group) {
        ended.throwIfAborted();
        await work(item, ended);
      }
    }
  };
  const running = Array.from({ length: lanes }, () =>
    lane().catch((error: unknown) => failure.abort(error)),
  );
  await Promise.all(running);
  ended.throwIfAborted();
}
