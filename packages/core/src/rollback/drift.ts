import { objectName } from '../cluster/object.ts';
import {
  type ConfigChange,
  changesSince,
  configName,
  hashesOf,
  referredConfig,
} from '../release/config-record.ts';
import { readConfig } from '../release/read-config.ts';
import type { ReleaseWorkload } from '../release/release.ts';
import type { FollowTools } from '../rollout/follow.ts';
import type { Source } from './sources.ts';
import type { RollbackTarget } from './target.ts';

/** Says of a change that a rollback to the release of that number does not undo it. */
export function driftSentence({ name, change }: ConfigChange, release: number): string {
  const is = change === 'gone' ? 'is gone' : 'has changed';
  return `${name} ${is} since release ${release} served; a rollback does not bring it back.`;
}

/**
 * What the workloads that go back to a release read, and that is not as it was then: of Secrets, and of
 * ConfigMaps that PAAL did not apply, only hashes are recorded. One sentence each; of what may not be
 * read, nothing is said.
 */
export async function configDrift(
  { connection, namespace, signal }: Pick<FollowTools, 'connection' | 'namespace' | 'signal'>,
  { sources }: RollbackTarget,
  from: readonly Source[],
): Promise<readonly string[]> {
  const sentences: string[] = [];
  for (const { release, content } of from) {
    const { config, workloads, objects } = content;
    if (!config) continue;
    const templatesOf = (some: readonly ReleaseWorkload[]) => some.map(({ template }) => template);
    // The keys that count are those of the whole release: of them the hashes were made.
    const all = referredConfig(templatesOf(workloads), objects);
    const back = workloads.filter(
      ({ workload: { kind, name } }) =>
        sources.get(objectName(kind, name))?.number === release.number,
    );
    const read = new Set(referredConfig(templatesOf(back), objects).map(configName));
    const references = all.filter((one) => {
      const name = configName(one);
      return read.has(name) && config.hashes[name] !== undefined;
    });
    const live = await readConfig(connection, namespace, references, { signal });
    const now = await hashesOf(references, live, config.salt);
    sentences.push(...changesSince(config, now).map((one) => driftSentence(one, release.number)));
  }
  return [...new Set(sentences)];
}
