import type { RequestOptions } from '../cluster/connection.ts';
import type { KubeObject } from '../cluster/object.ts';
import { newestFirst } from '../release/history.ts';
import type { Ledger } from '../release/ledger.ts';
import type { Release, ReleaseContent } from '../release/release.ts';
import type { RollbackTarget } from './target.ts';

/** A release that something is taken back to, and what it holds. */
export interface Source {
  readonly release: Release;
  readonly content: ReleaseContent;
}

/**
 * The releases that the workloads are taken back to, the oldest first: where two have the same
 * ConfigMap, the newer one counts.
 * @throws UserError when one cannot be read
 */
export async function readSources(
  ledger: Ledger,
  target: RollbackTarget,
  options: RequestOptions,
): Promise<readonly Source[]> {
  const releases = [...newestFirst([...new Set(target.sources.values())])].reverse();
  const from: Source[] = [];
  for (const release of releases) {
    from.push({ release, content: await ledger.content(release, options) });
  }
  return from;
}

/** What all releases applied, the newest first, where one of `from` has templates alone. */
export async function appliedElsewhere(
  ledger: Ledger,
  from: readonly Source[],
  options: RequestOptions,
): Promise<readonly KubeObject[]> {
  const lacks = ({ content: { workloads, objects } }: Source): boolean =>
    workloads.some(({ workload: { kind, name } }) =>
      objects.every((one) => one.kind !== kind || one.metadata.name !== name),
    );
  if (!from.some(lacks)) return [];
  const entries = await ledger.entries(options);
  return [...entries]
    .sort((a, b) => b.release.number - a.release.number)
    .flatMap(({ content }) => content?.objects ?? []);
}
