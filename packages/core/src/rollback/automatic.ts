import type { Journal } from '../rollout/journal.ts';
import { type RollbackResult, type RollbackTools, rollBack } from './run.ts';
import type { RollbackTarget } from './target.ts';

/** What a rollback that follows a failure by itself works with. */
export interface AutomaticTools extends Omit<RollbackTools, 'listener' | 'atomic'> {
  readonly journal: Journal;
  /** Folds what `work` prints under `title` in the job's log. */
  readonly inGroup: <T>(title: string, work: () => Promise<T>) => Promise<T>;
}

/** Takes everything back to `target` after a failure, all of it or nothing, watches it, and tells. */
export async function rollBackAfterFailure(
  tools: AutomaticTools,
  target: RollbackTarget,
): Promise<RollbackResult> {
  const { journal, inGroup } = tools;
  const goal = `release ${target.release.number}`;
  return await inGroup(`Roll back to ${goal}`, async () => {
    for (const name of target.left) {
      journal.onNotice(`${name} did not serve before, and is left as it is`);
    }
    journal.begin(`back to ${goal}`);
    const result = await rollBack({ ...tools, listener: journal, atomic: true }, target);
    journal.onNotice(
      result.status === 'succeeded'
        ? 'Rolled back'
        : `The rollback ${result.status}: ${result.message}`,
    );
    return result;
  });
}
