/** Takes one line about what is being done. */
export type Progress = (line: string) => void;

const REMINDER_MS = 15_000;

/** Milliseconds as people say them: "0.8 s", "42 s", "3 min 20 s". */
export function spokenTime(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

/** Says what `work` does, and every 15 s that it is still at it and for how long. */
export async function narrate<T>(
  progress: Progress,
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  progress(what);
  const start = performance.now();
  const reminder = setInterval(
    () => progress(`${what}: ${spokenTime(performance.now() - start)} so far`),
    REMINDER_MS,
  );
  try {
    return await work();
  } finally {
    clearInterval(reminder);
  }
}

/** Progress as lines on stderr, so that stdout is left to results. */
export function printProgress(): Progress {
  return (line) => console.error(line);
}
