import { isDeepStrictEqual } from 'node:util';
import { info } from '@paal/core/action/log';
import type { Connection } from '@paal/core/cluster/connection';
import { type KubeObject, objectName } from '@paal/core/cluster/object';
import { closeRelease } from '@paal/core/release/close';
import { newestFirst, servedBefore } from '@paal/core/release/history';
import { closeInterrupted } from '@paal/core/release/interrupted';
import { inventoryOf, type ObjectSet, withoutGone } from '@paal/core/release/inventory';
import type { Ledger, ReleaseOrigin } from '@paal/core/release/ledger';
import type { Release, ReleaseContent, ReleaseStatus } from '@paal/core/release/release';
import { arrearsOf, type LiveWorkloads, settleLedger } from '@paal/core/rollback/settle-ledger';
import type { PlannedWrite } from '@paal/core/rollout/plan';
import { completionAfter } from '@paal/core/rollout/rolled-out';
import type { Standing } from '@paal/core/rollout/tracker';
import { availabilityOf } from '@paal/core/workload/availability';
import { sameTemplate } from '@paal/core/workload/deployment';
import { imagePlaces, withImages } from '@paal/core/workload/images';
import { templateOf, withTemplate } from '@paal/core/workload/template';

/** The ledger's entry that a deployment works on. */
export interface OpenRelease {
  readonly release: Release;
  /** False when nothing changes, and an earlier release already says what runs. */
  readonly isNew: boolean;
  /** As it was recorded. */
  readonly content: ReleaseContent;
}

/** What a release records beside what it writes. */
export interface Recording {
  readonly namespace: string;
  /** Whether it prunes once it is verified. */
  readonly prune: boolean;
  /** Objects of earlier releases that are there no more. */
  readonly gone: ObjectSet;
}

/** What a release consists of. */
export function contentOf(plan: readonly PlannedWrite[], pick: 'live' | 'result'): ReleaseContent {
  return {
    workloads: plan.flatMap((planned) => {
      const object = planned[pick];
      const template = object && templateOf(object);
      return planned.workload && template ? [{ workload: planned.workload, template }] : [];
    }),
    objects: pick === 'result' ? plan.flatMap(({ object }) => object ?? []) : [],
  };
}

/** The planned workloads as they are now. */
function liveWorkloads(plan: readonly PlannedWrite[]): LiveWorkloads {
  return new Map(
    plan.flatMap(({ name, live, workload }) => (workload && live ? [[name, live] as const] : [])),
  );
}

/** What ran before the first write, with its availability as it is now. */
function foundContent(plan: readonly PlannedWrite[]): ReleaseContent {
  const { workloads, objects } = contentOf(plan, 'live');
  return {
    objects,
    workloads: workloads.map((one) => {
      const { kind, name } = one.workload;
      const { live } = plan.find((planned) => planned.name === objectName(kind, name)) ?? {};
      const availability = live && availabilityOf(kind, live);
      return availability ? { ...one, availability } : one;
    }),
  };
}

/** Whether both would prune the same. */
function prunesAlike(
  recorded: ReleaseContent,
  { prune = false, objects }: ReleaseContent,
): boolean {
  if ((recorded.prune ?? false) !== prune) return false;
  const names = (content: Pick<ReleaseContent, 'objects'>): readonly string[] =>
    content.objects.map(({ kind, metadata }) => objectName(kind, metadata.name)).sort();
  return !prune || isDeepStrictEqual(names(recorded), names({ objects }));
}

/** Whether `recorded` is what `content` is: going back to it gives the same workloads and ConfigMaps. */
function says(recorded: ReleaseContent, content: ReleaseContent): boolean {
  const { workloads, objects } = content;
  const configMaps = objects.filter(({ kind }) => kind === 'ConfigMap');
  return (
    prunesAlike(recorded, content) &&
    configMaps.every((one) => recorded.objects.some((other) => isDeepStrictEqual(one, other))) &&
    workloads.every(({ workload, template }) =>
      recorded.workloads.some(
        (one) => isDeepStrictEqual(one.workload, workload) && sameTemplate(one.template, template),
      ),
    )
  );
}

/**
 * What was applied with the workloads whose images are set now, as it is with the new images. To go
 * back to this release is to apply that again: so that a field which a later manifest leaves out goes.
 */
async function appliedBefore(
  ledger: Ledger,
  releases: readonly Release[],
  plan: readonly PlannedWrite[],
): Promise<readonly KubeObject[]> {
  const objects = new Map<string, KubeObject>();
  const sources = new Map(
    plan.flatMap(({ object, name }) => {
      const source = object ? undefined : servedBefore(releases, name);
      return source ? [[source.number, source] as const] : [];
    }),
  );
  for (const source of newestFirst([...sources.values()])) {
    for (const object of (await ledger.content(source)).objects) {
      const name = objectName(object.kind, object.metadata.name);
      const planned = plan.find((one) => one.name === name);
      if (objects.has(name) || !(planned || object.kind === 'ConfigMap')) continue;
      objects.set(name, planned ? withImagesOf(object, planned) : object);
    }
  }
  return [...objects.values()];
}

/** `object` with the images that the planned write sets. */
function withImagesOf(object: KubeObject, { result, imagesOf = [] }: PlannedWrite): KubeObject {
  const [stored, next] = [templateOf(object), templateOf(result)];
  if (!stored || !next) return object;
  const set = imagePlaces(next).flatMap(({ container, image }) =>
    imagesOf.includes(container) && image ? [[container, image] as const] : [],
  );
  return withTemplate(object, withImages(stored, new Map(set)));
}

/** The release that already put out exactly this, when nothing changes. */
async function sameRelease(
  ledger: Ledger,
  releases: readonly Release[],
  content: ReleaseContent,
): Promise<Release | undefined> {
  const names = content.workloads.map(({ workload }) => objectName(workload.kind, workload.name));
  const [newest, ...others] = newestFirst([
    ...new Set(names.flatMap((name) => servedBefore(releases, name) ?? [])),
  ]);
  if (!newest || others.length > 0) return undefined;
  return says(await ledger.content(newest), content) ? newest : undefined;
}

/**
 * Records what runs, where PAAL has not been before, and then what is about to be written. A run that
 * changes nothing is no release of its own: going back one release from it would change nothing.
 */
export async function openRelease(
  ledger: Ledger,
  plan: readonly PlannedWrite[],
  origin: ReleaseOrigin,
  { namespace, prune, gone }: Recording,
): Promise<OpenRelease> {
  const entries = await ledger.entries();
  const recorded = entries.map(({ release }) => release);
  const closed = await closeInterrupted(ledger, recorded, info);
  const arrears = arrearsOf(closed, entries, liveWorkloads(plan));
  const releases = await settleLedger(ledger, closed, arrears, info);
  const content = { ...contentOf(plan, 'result'), prune };
  if (!plan.some(({ changes }) => changes)) {
    const release = await sameRelease(ledger, releases, content);
    if (release) return { release, isNew: false, content };
  }
  const known = new Set(releases.flatMap(({ workloads }) => workloads));
  const found = foundContent(plan.filter(({ name }) => !known.has(name)));
  if (found.workloads.length > 0) {
    // Nobody knows of which commit that is, nor which database it was made for.
    const unknown = { version: '', commit: '', migrationVersion: '' };
    await ledger.create('adopted', found, { ...origin, ...unknown });
  }
  const objects = [...content.objects, ...(await appliedBefore(ledger, releases, plan))];
  const before = entries.flatMap((entry) => entry.content ?? []);
  const inventory = withoutGone(inventoryOf(before, namespace), gone);
  const recording = { ...content, objects, inventory };
  const release = await ledger.create('started', recording, origin);
  return { release, isNew: true, content: recording };
}

/** What a release is closed with. */
export interface ClosingTools {
  readonly connection: Connection;
  readonly namespace: string;
  readonly ledger: Ledger;
  readonly signal: AbortSignal;
}

/**
 * Says in the ledger what became of the release, and what it is like once it is rolled out. That it
 * cannot be said changes no verdict.
 */
export async function close(
  tools: ClosingTools,
  { release, isNew, content }: OpenRelease,
  status: ReleaseStatus,
  outcomes: readonly Standing[],
): Promise<void> {
  if (!isNew) return;
  const completion =
    status === 'rolled-out' ? await completionAfter(tools, content, outcomes) : undefined;
  await closeRelease(tools.ledger, release, status, completion, info);
}
