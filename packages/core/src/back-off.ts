const SHORTEST_PAUSE = 250;

/**
 * Milliseconds to wait after so many failures in a row: twice as long each time, at random between
 * half of that and all of it, so that many clients do not come back at once.
 * @param random between 0 and 1
 */
export function backOff(failures: number, longest: number, random: number): number {
  const most = Math.min(longest, SHORTEST_PAUSE * 2 ** (failures - 1));
  return most * (0.5 + random / 2);
}
