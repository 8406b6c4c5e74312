import type { Ledger } from './ledger.ts';
import type { Release } from './release.ts';

/**
 * Says of every release that is still called started that it is interrupted, and gives the releases as
 * they are then. For the holder of the lease alone: nobody else is at work, so their runs are dead.
 */
export async function closeInterrupted(
  ledger: Ledger,
  releases: readonly Release[],
  onNotice: (text: string) => void,
): Promise<readonly Release[]> {
  const closed: Release[] = [];
  for (const release of releases) {
    if (release.status !== 'started') {
      closed.push(release);
      continue;
    }
    await ledger.mark(release, 'interrupted');
    const { number, run } = release;
    onNotice(`Release ${number} is interrupted: its run ended before it was rolled out (${run})`);
    closed.push({ ...release, status: 'interrupted' });
  }
  return closed;
}
