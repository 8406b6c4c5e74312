import { isGood } from '../release/history.ts';
import { type ObjectRef, refOf } from '../release/inventory.ts';
import type { LedgerEntry } from '../release/ledger.ts';
import type { Release, ReleaseContent, ReleaseStatus } from '../release/release.ts';
import { workloadResource } from '../workload/template.ts';
import { type KeptRelease, needsOf } from './prune.ts';

/** Releases of which nothing runs. */
const GONE: readonly ReleaseStatus[] = ['failed', 'rolled-back'];

function named({ number, app }: Release): string {
  return `release ${number} of ${app}`;
}

/** What a release needs beside what the ledger can bring back. */
function needs({ workloads, objects }: ReleaseContent, namespace: string): readonly ObjectRef[] {
  const templates = workloads.map(({ template }) => template);
  return needsOf(templates, objects, namespace);
}

/** Everything that a release has to do with. */
function all(content: ReleaseContent, namespace: string): readonly ObjectRef[] {
  return [
    ...needs(content, namespace),
    ...content.objects.map((object) => refOf(object, namespace)),
    ...content.workloads.map(({ workload: { kind, name } }) => ({
      apiVersion: workloadResource(kind).apiVersion,
      kind,
      namespace,
      name,
    })),
  ];
}

/**
 * The releases for which something may have to stay: those of the app that one can go back to, and
 * `present`, which serves, need what the ledger cannot bring back; of what other apps have put out, and
 * may run, all stays. Pure.
 */
export function keptReleases(
  own: readonly LedgerEntry[],
  others: readonly LedgerEntry[],
  present: ReleaseContent,
  namespace: string,
): readonly KeptRelease[] {
  return [
    { name: 'this release', refersTo: needs(present, namespace) },
    ...own.flatMap(({ release, content }) =>
      content && (isGood(release) || release.status === 'rolled-back')
        ? [{ name: named(release), refersTo: needs(content, namespace) }]
        : [],
    ),
    ...others.flatMap(({ release, content }) =>
      content && !GONE.includes(release.status)
        ? [{ name: named(release), refersTo: all(content, namespace) }]
        : [],
    ),
  ];
}
