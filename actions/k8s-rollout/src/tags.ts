import { warning } from '@paal/core/action/log';
import { dockerLogin } from '@paal/core/registry/docker-config';
import { registryClient } from '@paal/core/registry/registry';
import type { Finding } from '@paal/core/report/finding';
import { findMovedTags } from '@paal/core/rollout/moved-tags';
import type { Standing } from '@paal/core/rollout/tracker';

/** What the registries say of the tags that serve. */
export interface TagCheck {
  /** A rollout that changed nothing, although the tag names something else by now. */
  readonly failures: readonly Finding[];
  /** A rollout whose pods run another image than the tag names: an old one of the node, or a race. */
  readonly warnings: readonly Finding[];
}

/** Asks the registries of what serves, where they may be asked, whether its tags still name it. */
export async function checkTags(
  outcomes: readonly Standing[],
  signal: AbortSignal,
): Promise<TagCheck> {
  const registries = registryClient((registry) => dockerLogin(registry, process.env));
  try {
    const findings = await findMovedTags(outcomes, registries, signal);
    const isUnchanged = ({ workload }: Finding): boolean =>
      outcomes.some(({ target }) => target.name === workload && !target.changed);
    const warnings = findings.filter((finding) => !isUnchanged(finding));
    for (const { message, hint } of warnings) warning(`${message} ${hint}`);
    return { failures: findings.filter(isUnchanged), warnings };
  } finally {
    await registries.close();
  }
}
