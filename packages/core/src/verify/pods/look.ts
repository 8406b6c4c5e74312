import { ApiError, hasCode, isTransient } from '../../cluster/api-error.ts';
import { objectName } from '../../cluster/object.ts';
import { UserError } from '../../errors.ts';
import type { Live, LiveWorkload } from '../../workload/live.ts';
import { parseWorkload } from '../../workload/reference.ts';
import type { Observation } from '../check.ts';
import { oneLine } from '../text.ts';

/** Which workloads a check looks at, and how. */
export interface Look {
  /** `kind/name` of the workloads. */
  readonly names: readonly string[];
  /** Whether the check names them itself. */
  readonly named: boolean;
  readonly live: Live;
  /**
   * What is known of them before the first measurement; `undefined` where the API server does not answer,
   * which may pass.
   * @throws UserError when one is not there, or may not be looked at
   */
  prepare(signal: AbortSignal): Promise<readonly LiveWorkload[] | undefined>;
  /** What is known of them now; an observation with the outcome `error` where nothing is. */
  take(signal: AbortSignal): Promise<Sight>;
}

export type Sight =
  | { readonly workloads: readonly LiveWorkload[]; readonly trouble?: undefined }
  | { readonly trouble: Observation; readonly workloads?: undefined };

/**
 * What it is to a check that the cluster cannot be asked: never a failure of the application.
 * @throws `error` itself when it is a bug
 */
export function clusterTrouble(error: unknown): Observation {
  if (!(error instanceof UserError)) throw error;
  const denied = hasCode(error, 403) || hasCode(error, 401);
  return {
    outcome: 'error',
    retry: true,
    value: error instanceof ApiError ? `HTTP ${error.code}` : 'no answer',
    message: oneLine(error.message, 1_000).replace(/\.$/, ''),
    hint: denied
      ? 'The README has the rules that this check needs.'
      : 'Is the API server up, and reachable from this runner?',
  };
}

/** `kind/name` of a workload. */
export function nameOf({ workload }: LiveWorkload): string {
  return objectName(workload.kind, workload.name);
}

/**
 * The workloads that `wanted` names of those that are verified; all of them where it is left out.
 * @param what is the subject of errors: `The check "version"`
 * @throws UserError when there are none to look at, or one of them is not among them
 */
export function lookAt(
  live: Live | undefined,
  wanted: readonly string[] | undefined,
  what: string,
): Look {
  if (!live) {
    throw new UserError(
      `${what} looks at workloads, and none is named: set the input "release" or "workloads", or workloads in paal.yaml.`,
    );
  }
  const names = (wanted ?? live.names).map((text) => {
    const { kind, name } = parseWorkload(text, live.namespace, `${what}: workloads`);
    return objectName(kind, name);
  });
  const strange = names.find((name) => !live.names.includes(name));
  if (strange !== undefined) {
    throw new UserError(
      `${what}: ${strange} is not one of the workloads that are verified: ${live.names.join(', ')}.`,
    );
  }
  if (names.length === 0) throw new UserError(`${what}: "workloads" is an empty list.`);
  const read = async (signal: AbortSignal): Promise<readonly LiveWorkload[]> => {
    const all = await live.read(signal);
    return all.filter((one) => names.includes(nameOf(one)));
  };
  return {
    names,
    named: wanted !== undefined,
    live,
    prepare: async (signal) => {
      try {
        return await read(signal);
      } catch (error) {
        signal.throwIfAborted();
        if (isTransient(error)) return undefined;
        throw error;
      }
    },
    take: async (signal) => {
      try {
        return { workloads: await read(signal) };
      } catch (error) {
        signal.throwIfAborted();
        return { trouble: clusterTrouble(error) };
      }
    },
  };
}
