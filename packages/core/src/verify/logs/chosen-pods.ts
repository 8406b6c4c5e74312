import { objectName } from '../../cluster/object.ts';
import { didYouMean } from '../../config/names.ts';
import { errorMessage, UserError } from '../../errors.ts';
import type { Live } from '../../workload/live.ts';
import { parseWorkload } from '../../workload/reference.ts';
import type { Pod } from '../../workload/types.ts';
import type { Observation } from '../check.ts';
import { providerError } from '../json-api.ts';

/** The workloads of a check, and their new pods. */
export interface ChosenPods {
  /** `kind/name` of the workloads. */
  readonly names: readonly string[];
  /**
   * The new pods, or why they are not known. Rejects only when `signal` is aborted, or through a bug.
   */
  read(signal: AbortSignal): Promise<readonly Pod[] | Observation>;
}

/**
 * @param workloads those that count; `undefined` for all of the release
 * @param what is the subject of errors
 * @throws UserError for a workload that is not verified
 */
export function choosePods(
  live: Live | undefined,
  workloads: readonly string[] | undefined,
  what: string,
): ChosenPods {
  if (!live) {
    throw new UserError(
      `${what} looks at pods, and no workload is named: set the input "release" or "workloads", or workloads in paal.yaml.`,
    );
  }
  const names = (workloads ?? live.names).map((text) => {
    const { kind, name } = parseWorkload(text, live.namespace, `${what}: "workloads"`);
    const known = objectName(kind, name);
    if (live.names.includes(known)) return known;
    throw new UserError(
      `${what}: "workloads" has ${known}, which is not verified.${didYouMean(known, live.names)} ` +
        `There are: ${live.names.join(', ')}.`,
    );
  });
  return {
    names,
    read: async (signal) => {
      try {
        const all = await live.read(signal);
        const chosen = all.filter(({ workload: { kind, name } }) => {
          return names.includes(objectName(kind, name));
        });
        return chosen.flatMap(({ newPods }) => newPods);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof UserError)) throw error;
        return providerError(
          'no answer',
          errorMessage(error).replace(/\.$/, ''),
          'The cluster has to be asked for the pods: is it reachable, and may they be read?',
        );
      }
    },
  };
}
