import { objectName } from '../cluster/object.ts';
import type { Source } from './sources.ts';
import type { RollbackTarget } from './target.ts';

/**
 * The workloads that go back to what was found before the first write, and that were not fully available
 * then: nobody has seen that serve. One sentence each. Pure.
 */
export function unprovenSentences(
  { sources }: Pick<RollbackTarget, 'sources'>,
  from: readonly Source[],
): readonly string[] {
  return from.flatMap(({ release: { number }, content }) =>
    content.workloads.flatMap(({ workload: { kind, name }, availability }) => {
      const title = objectName(kind, name);
      if (!availability || availability.full || sources.get(title)?.number !== number) return [];
      const { desired, updated, available } = availability;
      return [
        `${title} was not fully available when it was found and recorded as release ${number} ` +
          `(${available} of ${desired} available, ${updated} of ${desired} with that template): it may not serve.`,
      ];
    }),
  );
}
