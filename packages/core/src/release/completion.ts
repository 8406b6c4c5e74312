import { isDeepStrictEqual } from 'node:util';
import { objectName } from '../cluster/object.ts';
import type { ConfigRecord } from './config-record.ts';
import type { ReleaseContent, ReleaseWorkload } from './release.ts';

/** A workload as it was seen when it was rolled out. */
export type SeenWorkload = Omit<ReleaseWorkload, 'workload'> & {
  /** `kind/name`. */
  readonly name: string;
};

/** What is known of a release only once it is rolled out. */
export interface Completion {
  readonly workloads: readonly (Partial<SeenWorkload> & Pick<SeenWorkload, 'name'>)[];
  readonly config?: ConfigRecord;
}

function nameOf({ workload: { kind, name } }: ReleaseWorkload): string {
  return objectName(kind, name);
}

/** What was seen beyond what `content` recorded before. Pure. */
export function completionOf(
  content: ReleaseContent,
  seen: readonly SeenWorkload[],
  config: ConfigRecord | undefined,
): Completion {
  const recorded = new Map(content.workloads.map((one) => [nameOf(one), one]));
  return {
    workloads: seen.flatMap(({ template, ...one }) => {
      const before = recorded.get(one.name);
      if (!before) return [];
      return isDeepStrictEqual(before.template, template) ? [one] : [{ ...one, template }];
    }),
    ...(config ? { config } : {}),
  };
}

/** `content` with what was seen once it was rolled out. Pure. */
export function completed(
  content: ReleaseContent,
  completion: Completion | undefined,
): ReleaseContent {
  if (!completion) return content;
  const seen = new Map(completion.workloads.map(({ name, ...one }) => [name, one]));
  return {
    ...content,
    workloads: content.workloads.map((one) => ({ ...one, ...seen.get(nameOf(one)) })),
    ...(completion.config ? { config: completion.config } : {}),
  };
}
