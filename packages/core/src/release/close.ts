import { isTransient } from '../cluster/api-error.ts';
import { errorMessage, UserError } from '../errors.ts';
import type { Completion } from './completion.ts';
import type { Ledger } from './ledger.ts';
import type { Release, ReleaseStatus } from './release.ts';

/**
 * Says in the ledger what became of a release, with what is known of it since it was rolled out. That
 * it cannot be said changes no verdict: then `onNotice` is told.
 */
export async function closeRelease(
  ledger: Ledger,
  release: Release,
  status: ReleaseStatus,
  completion: Completion | undefined,
  onNotice: (text: string) => void,
): Promise<void> {
  const { number, status: before } = release;
  const isCompleted = async (): Promise<boolean> => {
    if (!completion) return false;
    try {
      await ledger.complete(release, status, completion);
      return true;
    } catch (error) {
      // Who does not answer will not do so a moment later.
      if (!(error instanceof UserError) || isTransient(error)) throw error;
      onNotice(
        `The ledger does not know which images release ${number} ran, so that a rollback to it will not notice a tag that moved: ${errorMessage(error)}`,
      );
      return false;
    }
  };
  try {
    if (!(await isCompleted())) await ledger.mark(release, status);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    onNotice(`The ledger still calls release ${number} ${before}: ${errorMessage(error)}`);
  }
}
